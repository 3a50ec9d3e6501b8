-- A shop of the version before the reminders (commit af9fc34), as sqlite3 dumps it: buys in every state, orders,
-- payments, pickups, claims, a chain, codes, staff, stock, and lines of the outbox that wait, travel and are in doubt.
BEGIN TRANSACTION;
CREATE TABLE activity (
	id INTEGER NOT NULL, 
	at INTEGER NOT NULL, 
	room_id VARCHAR, 
	member_id VARCHAR, 
	kind VARCHAR NOT NULL, 
	detail VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "activity" VALUES(1,1795136400,'幸福里1群@chatroom','wxid_店主','上架','');
INSERT INTO "activity" VALUES(2,1795136410,'幸福里1群@chatroom','wxid_店主','别名','');
INSERT INTO "activity" VALUES(3,1795136420,'幸福里1群@chatroom','wxid_店主','进货','');
INSERT INTO "activity" VALUES(4,1795136430,'幸福里1群@chatroom','wxid_店主','设特价','');
INSERT INTO "activity" VALUES(5,1795136440,'幸福里1群@chatroom','wxid_小陈','join','wxid_王阿姨');
INSERT INTO "activity" VALUES(6,1795136440,'幸福里1群@chatroom','wxid_大刘','join','wxid_王阿姨');
INSERT INTO "activity" VALUES(7,1795136440,'幸福里1群@chatroom','wxid_阿敏','join','wxid_王阿姨');
INSERT INTO "activity" VALUES(8,1795136440,'幸福里1群@chatroom','wxid_老周','join','wxid_王阿姨');
INSERT INTO "activity" VALUES(9,1795136450,'幸福里1群@chatroom','wxid_阿敏','leave','');
INSERT INTO "activity" VALUES(10,1795136460,'幸福里1群@chatroom','wxid_王阿姨','绑定','');
INSERT INTO "activity" VALUES(11,1795136470,'幸福里1群@chatroom','wxid_李姐','绑定','');
INSERT INTO "activity" VALUES(12,1795136490,NULL,'wxid_店主','加店员','');
INSERT INTO "activity" VALUES(13,1795136500,NULL,'wxid_老周','店员-','');
INSERT INTO "activity" VALUES(14,1795136510,'幸福里2群@chatroom','wxid_孙姐','我的鸡蛋','');
INSERT INTO "activity" VALUES(15,1795136520,'幸福里1群@chatroom','wxid_店主','核销','');
INSERT INTO "activity" VALUES(16,1795136530,'幸福里1群@chatroom','wxid_店主','开团','');
INSERT INTO "activity" VALUES(17,1795136540,'幸福里1群@chatroom','wxid_店主','确认','');
INSERT INTO "activity" VALUES(18,1795136550,'幸福里1群@chatroom','wxid_王阿姨','+','');
INSERT INTO "activity" VALUES(19,1795136560,'幸福里1群@chatroom','wxid_李姐','+','');
INSERT INTO "activity" VALUES(20,1795136570,'幸福里1群@chatroom','wxid_大刘','+','');
INSERT INTO "activity" VALUES(21,1795136580,'幸福里1群@chatroom','wxid_小陈','接龙','');
INSERT INTO "activity" VALUES(22,1795136590,'幸福里1群@chatroom','wxid_李姐','接龙','');
INSERT INTO "activity" VALUES(23,1795136600,'幸福里1群@chatroom','wxid_店主','截单','');
INSERT INTO "activity" VALUES(24,1795136610,'幸福里1群@chatroom','wxid_店主','已付','');
INSERT INTO "activity" VALUES(25,1795136620,'幸福里1群@chatroom','wxid_店主','已付','');
INSERT INTO "activity" VALUES(26,1795136630,'幸福里1群@chatroom','wxid_店主','到货','');
INSERT INTO "activity" VALUES(27,1795136640,'幸福里1群@chatroom','wxid_店主','确认到货','');
INSERT INTO "activity" VALUES(28,1795136650,'幸福里1群@chatroom','wxid_店主','核销','');
INSERT INTO "activity" VALUES(29,1795136660,'幸福里1群@chatroom','wxid_王阿姨','售后','');
INSERT INTO "activity" VALUES(30,1795136670,'幸福里1群@chatroom','wxid_李姐','售后','');
INSERT INTO "activity" VALUES(31,1795136680,'幸福里1群@chatroom','wxid_店主','售后','');
INSERT INTO "activity" VALUES(32,1795136690,'幸福里1群@chatroom','wxid_大刘','我的取货码','');
INSERT INTO "activity" VALUES(33,1795136700,NULL,'wxid_王阿姨','我的数据','');
INSERT INTO "activity" VALUES(34,1795136710,'幸福里1群@chatroom','wxid_店主','开团','');
INSERT INTO "activity" VALUES(35,1795136720,'幸福里1群@chatroom','wxid_店主','确认','');
INSERT INTO "activity" VALUES(36,1795136730,'幸福里1群@chatroom','wxid_王阿姨','+','');
INSERT INTO "activity" VALUES(37,1795136740,'幸福里1群@chatroom','wxid_店主','开团','');
INSERT INTO "activity" VALUES(38,1795136750,'幸福里1群@chatroom','wxid_店主','确认','');
INSERT INTO "activity" VALUES(39,1795136760,'幸福里1群@chatroom','wxid_李姐','+','');
INSERT INTO "activity" VALUES(40,1795136770,'幸福里1群@chatroom','wxid_小陈','+','');
INSERT INTO "activity" VALUES(41,1795136780,'幸福里1群@chatroom','wxid_店主','撤团','');
INSERT INTO "activity" VALUES(42,1795397400,'幸福里1群@chatroom','wxid_王阿姨','领鸡蛋','');
INSERT INTO "activity" VALUES(43,1795397410,'幸福里1群@chatroom','wxid_店主','开团','');
INSERT INTO "activity" VALUES(44,1795397420,'幸福里1群@chatroom','wxid_店主','确认','');
INSERT INTO "activity" VALUES(45,1795397430,'幸福里1群@chatroom','wxid_王阿姨','+','');
INSERT INTO "activity" VALUES(46,1795397440,'幸福里1群@chatroom','wxid_李姐','+','');
INSERT INTO "activity" VALUES(47,1795397450,'幸福里1群@chatroom','wxid_店主','截单','');
INSERT INTO "activity" VALUES(48,1795397460,'幸福里1群@chatroom','wxid_店主','已付','');
INSERT INTO "activity" VALUES(49,1795397470,'幸福里1群@chatroom','wxid_店主','开团','');
INSERT INTO "activity" VALUES(50,1795397480,'幸福里1群@chatroom','wxid_店主','确认','');
INSERT INTO "activity" VALUES(51,1795397490,'幸福里1群@chatroom','wxid_王阿姨','+','');
INSERT INTO "activity" VALUES(52,1795397500,'幸福里1群@chatroom','wxid_李姐','+','');
INSERT INTO "activity" VALUES(53,1795397510,'幸福里1群@chatroom','wxid_大刘','接龙','');
INSERT INTO "activity" VALUES(54,1795397520,'幸福里2群@chatroom','wxid_店主','开团','');
INSERT INTO "activity" VALUES(55,1795397530,'幸福里2群@chatroom','wxid_店主','确认','');
INSERT INTO "activity" VALUES(56,1795397540,'幸福里2群@chatroom','wxid_孙姐','+','');
INSERT INTO "activity" VALUES(57,1795397550,'幸福里1群@chatroom','wxid_店主','开团','');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE balance (
	account VARCHAR NOT NULL, 
	unit VARCHAR NOT NULL, 
	amount INTEGER NOT NULL, 
	PRIMARY KEY (account, unit), 
	CHECK (amount >= 0)
);
INSERT INTO "balance" VALUES('wxid_王阿姨','eggs',5);
CREATE TABLE chain_line (
	id INTEGER NOT NULL, 
	groupbuy_id INTEGER NOT NULL, 
	room_id VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	member_id VARCHAR, 
	by_id VARCHAR NOT NULL, 
	raw VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	note VARCHAR NOT NULL, 
	goods VARCHAR NOT NULL, 
	taken VARCHAR NOT NULL, 
	contested VARCHAR, 
	contested_by VARCHAR NOT NULL, 
	gone BOOLEAN NOT NULL, 
	sent BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(groupbuy_id) REFERENCES groupbuy (id), 
	FOREIGN KEY(member_id) REFERENCES member (id), 
	FOREIGN KEY(room_id) REFERENCES room (id)
);
INSERT INTO "chain_line" VALUES(1,1,'幸福里1群@chatroom',1,'王阿姨',NULL,'wxid_小陈','王阿姨 红富士苹果1 砂糖橘1','sure','','','1:1 2:1','','1:1 2:1','wxid_李姐',0,1);
INSERT INTO "chain_line" VALUES(2,1,'幸福里1群@chatroom',2,'李姐',NULL,'wxid_小陈','李姐 红富士苹果1','sure','群里的李姐已经订过了，是不是同一位','','1:1','',NULL,'',0,1);
INSERT INTO "chain_line" VALUES(3,1,'幸福里1群@chatroom',3,'赵大爷','name:幸福里1群@chatroom:赵大爷','wxid_小陈','赵大爷 砂糖橘2','sure','','','2:2','2:2',NULL,'',0,1);
INSERT INTO "chain_line" VALUES(4,1,'幸福里1群@chatroom',4,'小陈','wxid_小陈','wxid_小陈','小陈 红富士苹果3','sure','','','1:3','1:3',NULL,'',0,1);
INSERT INTO "chain_line" VALUES(5,5,'幸福里1群@chatroom',1,'王阿姨',NULL,'wxid_大刘','王阿姨 2瓶','sure','群里的王阿姨已经订过了，是不是同一位','','6:2','',NULL,'',0,1);
INSERT INTO "chain_line" VALUES(6,5,'幸福里1群@chatroom',2,'李姐',NULL,'wxid_大刘','李姐 1瓶','sure','群里的李姐已经订过了，是不是同一位','','6:1','',NULL,'',0,1);
INSERT INTO "chain_line" VALUES(7,5,'幸福里1群@chatroom',3,'钱奶奶','name:幸福里1群@chatroom:钱奶奶','wxid_大刘','钱奶奶 3瓶','sure','','','6:3','6:3',NULL,'',0,1);
CREATE TABLE chain_name (
	room_id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	at INTEGER NOT NULL, 
	PRIMARY KEY (room_id, name), 
	FOREIGN KEY(member_id) REFERENCES member (id), 
	FOREIGN KEY(room_id) REFERENCES room (id)
);
INSERT INTO "chain_name" VALUES('幸福里1群@chatroom','小陈','wxid_小陈',1795136580);
CREATE TABLE chatter (
	room_id VARCHAR NOT NULL, 
	day VARCHAR NOT NULL, 
	messages INTEGER NOT NULL, 
	PRIMARY KEY (room_id, day)
);
INSERT INTO "chatter" VALUES('幸福里1群@chatroom','2026-11-23',1);
CREATE TABLE claim (
	id INTEGER NOT NULL, 
	order_id INTEGER NOT NULL, 
	member_id VARCHAR NOT NULL, 
	room_id VARCHAR, 
	text VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	opened_at INTEGER NOT NULL, 
	settled_at INTEGER, 
	settled_by VARCHAR, 
	cents INTEGER, 
	quantity INTEGER, 
	reason VARCHAR, 
	PRIMARY KEY (id), 
	FOREIGN KEY(member_id) REFERENCES member (id), 
	FOREIGN KEY(order_id) REFERENCES groupbuy_order (id)
);
INSERT INTO "claim" VALUES(1,1,'wxid_王阿姨','幸福里1群@chatroom','苹果 坏了2个','refunded',1795136660,1795136680,'wxid_店主',590,NULL,NULL);
INSERT INTO "claim" VALUES(2,3,'wxid_李姐','幸福里1群@chatroom','苹果 碰伤了','open',1795136670,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE deal (
	product_id INTEGER NOT NULL, 
	day VARCHAR NOT NULL, 
	cents INTEGER NOT NULL, was INTEGER, 
	PRIMARY KEY (product_id, day), 
	FOREIGN KEY(product_id) REFERENCES product (id)
);
INSERT INTO "deal" VALUES(1,'2026-11-20',3200,NULL);
CREATE TABLE egg_code (
	id INTEGER NOT NULL, 
	code VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	eggs INTEGER NOT NULL, 
	status VARCHAR NOT NULL, 
	issued_at INTEGER NOT NULL, 
	expires_at INTEGER NOT NULL, 
	used_at INTEGER, 
	used_by VARCHAR, 
	PRIMARY KEY (id), 
	FOREIGN KEY(member_id) REFERENCES member (id)
);
INSERT INTO "egg_code" VALUES(1,'905299','wxid_王阿姨',3,'live',1795397400,1795656600,NULL,NULL);
CREATE TABLE groupbuy (
	id INTEGER NOT NULL, 
	title VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	target INTEGER, 
	target_people INTEGER, 
	target_cents INTEGER, 
	opens_at INTEGER, 
	closes_at INTEGER NOT NULL, 
	arrives VARCHAR, 
	pickup VARCHAR, 
	delivery BOOLEAN NOT NULL, 
	limit_household INTEGER, 
	opened_by VARCHAR NOT NULL, 
	created_at INTEGER NOT NULL, 
	closed_at INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(opened_by) REFERENCES member (id)
);
INSERT INTO "groupbuy" VALUES(1,'周末水果','arrived',NULL,NULL,NULL,NULL,1795168800,NULL,NULL,0,NULL,'wxid_店主',1795136530,1795136600);
INSERT INTO "groupbuy" VALUES(2,'冻柿子','failed',9,NULL,NULL,NULL,1795172400,NULL,NULL,0,NULL,'wxid_店主',1795136710,1795172400);
INSERT INTO "groupbuy" VALUES(3,'花生油','withdrawn',NULL,NULL,NULL,NULL,1795176000,NULL,NULL,0,NULL,'wxid_店主',1795136740,1795136780);
INSERT INTO "groupbuy" VALUES(4,'土鸡蛋','closed',NULL,NULL,NULL,NULL,1795401000,NULL,NULL,0,NULL,'wxid_店主',1795397410,1795397450);
INSERT INTO "groupbuy" VALUES(5,'鲜牛奶','open',NULL,NULL,NULL,NULL,1795600800,NULL,NULL,0,NULL,'wxid_店主',1795397470,NULL);
INSERT INTO "groupbuy" VALUES(6,'饺子皮','open',NULL,NULL,NULL,NULL,1795600800,NULL,NULL,0,NULL,'wxid_店主',1795397520,NULL);
INSERT INTO "groupbuy" VALUES(7,'大白菜','draft',NULL,NULL,NULL,NULL,1795608000,NULL,NULL,0,NULL,'wxid_店主',1795397550,NULL);
CREATE TABLE groupbuy_entry (
	id INTEGER NOT NULL, 
	order_id INTEGER NOT NULL, 
	at INTEGER NOT NULL, 
	by_id VARCHAR NOT NULL, 
	"before" INTEGER NOT NULL, 
	"after" INTEGER NOT NULL, 
	cause VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(order_id) REFERENCES groupbuy_order (id)
);
INSERT INTO "groupbuy_entry" VALUES(1,1,1795136550,'wxid_王阿姨',0,2,'order');
INSERT INTO "groupbuy_entry" VALUES(2,2,1795136550,'wxid_王阿姨',0,1,'order');
INSERT INTO "groupbuy_entry" VALUES(3,3,1795136560,'wxid_李姐',0,1,'order');
INSERT INTO "groupbuy_entry" VALUES(4,4,1795136570,'wxid_大刘',0,1,'order');
INSERT INTO "groupbuy_entry" VALUES(5,5,1795136580,'wxid_小陈',0,2,'order');
INSERT INTO "groupbuy_entry" VALUES(6,6,1795136580,'wxid_小陈',0,3,'order');
INSERT INTO "groupbuy_entry" VALUES(7,7,1795136730,'wxid_王阿姨',0,1,'order');
INSERT INTO "groupbuy_entry" VALUES(8,8,1795397430,'wxid_王阿姨',0,1,'order');
INSERT INTO "groupbuy_entry" VALUES(9,9,1795397440,'wxid_李姐',0,2,'order');
INSERT INTO "groupbuy_entry" VALUES(10,10,1795397490,'wxid_王阿姨',0,2,'order');
INSERT INTO "groupbuy_entry" VALUES(11,11,1795397500,'wxid_李姐',0,1,'order');
INSERT INTO "groupbuy_entry" VALUES(12,12,1795397510,'wxid_大刘',0,3,'order');
INSERT INTO "groupbuy_entry" VALUES(13,13,1795397540,'wxid_孙姐',0,2,'order');
CREATE TABLE groupbuy_grant (
	order_id INTEGER NOT NULL, 
	granted INTEGER NOT NULL, 
	collected INTEGER NOT NULL, 
	PRIMARY KEY (order_id), 
	CHECK (collected BETWEEN 0 AND granted), 
	FOREIGN KEY(order_id) REFERENCES groupbuy_order (id)
);
INSERT INTO "groupbuy_grant" VALUES(1,2,2);
INSERT INTO "groupbuy_grant" VALUES(2,1,1);
INSERT INTO "groupbuy_grant" VALUES(3,1,0);
INSERT INTO "groupbuy_grant" VALUES(4,1,0);
INSERT INTO "groupbuy_grant" VALUES(5,2,0);
INSERT INTO "groupbuy_grant" VALUES(6,1,0);
CREATE TABLE groupbuy_item (
	id INTEGER NOT NULL, 
	groupbuy_id INTEGER NOT NULL, 
	code VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	spec VARCHAR NOT NULL, 
	aliases VARCHAR NOT NULL, 
	unit VARCHAR NOT NULL, 
	cents INTEGER NOT NULL, 
	cost INTEGER, 
	limit_each INTEGER, 
	stock INTEGER NOT NULL, 
	sold INTEGER NOT NULL, 
	tiered BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	CHECK (sold BETWEEN 0 AND stock), 
	FOREIGN KEY(groupbuy_id) REFERENCES groupbuy (id)
);
INSERT INTO "groupbuy_item" VALUES(1,1,'A','红富士苹果','5斤装','','份',2990,NULL,NULL,40,6,1);
INSERT INTO "groupbuy_item" VALUES(2,1,'B','砂糖橘','10斤','','份',3500,NULL,NULL,30,4,0);
INSERT INTO "groupbuy_item" VALUES(3,2,'A','冻柿子','','','份',800,NULL,NULL,10,1,0);
INSERT INTO "groupbuy_item" VALUES(4,3,'A','花生油','5L','','桶',6900,NULL,NULL,20,0,0);
INSERT INTO "groupbuy_item" VALUES(5,4,'A','土鸡蛋','30枚','','盘',2500,NULL,NULL,20,3,0);
INSERT INTO "groupbuy_item" VALUES(6,5,'A','鲜牛奶','1L','','瓶',1500,NULL,NULL,30,6,0);
INSERT INTO "groupbuy_item" VALUES(7,6,'A','饺子皮','','','份',500,NULL,2,50,2,0);
INSERT INTO "groupbuy_item" VALUES(8,7,'A','大白菜','','','棵',300,NULL,NULL,60,0,0);
CREATE TABLE groupbuy_order (
	id INTEGER NOT NULL, 
	groupbuy_id INTEGER NOT NULL, 
	item_id INTEGER NOT NULL, 
	room_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	quantity INTEGER NOT NULL, 
	cents INTEGER NOT NULL, 
	status VARCHAR NOT NULL, 
	placed_at INTEGER NOT NULL, 
	changed_at INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	CHECK (quantity > 0), 
	FOREIGN KEY(groupbuy_id) REFERENCES groupbuy (id), 
	FOREIGN KEY(item_id) REFERENCES groupbuy_item (id), 
	FOREIGN KEY(member_id) REFERENCES member (id), 
	FOREIGN KEY(room_id) REFERENCES room (id)
);
INSERT INTO "groupbuy_order" VALUES(1,1,1,'幸福里1群@chatroom','wxid_王阿姨',2,2990,'placed',1795136550,1795136550);
INSERT INTO "groupbuy_order" VALUES(2,1,2,'幸福里1群@chatroom','wxid_王阿姨',1,3500,'placed',1795136550,1795136550);
INSERT INTO "groupbuy_order" VALUES(3,1,1,'幸福里1群@chatroom','wxid_李姐',1,2990,'placed',1795136560,1795136560);
INSERT INTO "groupbuy_order" VALUES(4,1,2,'幸福里1群@chatroom','wxid_大刘',1,3500,'placed',1795136570,1795136570);
INSERT INTO "groupbuy_order" VALUES(5,1,2,'幸福里1群@chatroom','name:幸福里1群@chatroom:赵大爷',2,3500,'placed',1795136580,1795136580);
INSERT INTO "groupbuy_order" VALUES(6,1,1,'幸福里1群@chatroom','wxid_小陈',3,2790,'placed',1795136580,1795136580);
INSERT INTO "groupbuy_order" VALUES(7,2,3,'幸福里1群@chatroom','wxid_王阿姨',1,800,'placed',1795136730,1795136730);
INSERT INTO "groupbuy_order" VALUES(8,4,5,'幸福里1群@chatroom','wxid_王阿姨',1,2500,'placed',1795397430,1795397430);
INSERT INTO "groupbuy_order" VALUES(9,4,5,'幸福里1群@chatroom','wxid_李姐',2,2500,'placed',1795397440,1795397440);
INSERT INTO "groupbuy_order" VALUES(10,5,6,'幸福里1群@chatroom','wxid_王阿姨',2,1500,'placed',1795397490,1795397490);
INSERT INTO "groupbuy_order" VALUES(11,5,6,'幸福里1群@chatroom','wxid_李姐',1,1500,'placed',1795397500,1795397500);
INSERT INTO "groupbuy_order" VALUES(12,5,6,'幸福里1群@chatroom','name:幸福里1群@chatroom:钱奶奶',3,1500,'placed',1795397510,1795397510);
INSERT INTO "groupbuy_order" VALUES(13,6,7,'幸福里2群@chatroom','wxid_孙姐',2,500,'placed',1795397540,1795397540);
CREATE TABLE groupbuy_room (
	groupbuy_id INTEGER NOT NULL, 
	room_id VARCHAR NOT NULL, 
	PRIMARY KEY (groupbuy_id, room_id), 
	FOREIGN KEY(groupbuy_id) REFERENCES groupbuy (id), 
	FOREIGN KEY(room_id) REFERENCES room (id)
);
INSERT INTO "groupbuy_room" VALUES(1,'幸福里1群@chatroom');
INSERT INTO "groupbuy_room" VALUES(2,'幸福里1群@chatroom');
INSERT INTO "groupbuy_room" VALUES(3,'幸福里1群@chatroom');
INSERT INTO "groupbuy_room" VALUES(4,'幸福里1群@chatroom');
INSERT INTO "groupbuy_room" VALUES(5,'幸福里1群@chatroom');
INSERT INTO "groupbuy_room" VALUES(6,'幸福里2群@chatroom');
INSERT INTO "groupbuy_room" VALUES(7,'幸福里1群@chatroom');
CREATE TABLE groupbuy_tier (
	item_id INTEGER NOT NULL, 
	least INTEGER NOT NULL, 
	cents INTEGER NOT NULL, 
	PRIMARY KEY (item_id, least), 
	FOREIGN KEY(item_id) REFERENCES groupbuy_item (id)
);
INSERT INTO "groupbuy_tier" VALUES(1,3,2790);
CREATE TABLE invite (
	id INTEGER NOT NULL, 
	room_id VARCHAR NOT NULL, 
	inviter_id VARCHAR NOT NULL, 
	invitee_id VARCHAR NOT NULL, 
	at INTEGER NOT NULL, 
	due_at INTEGER NOT NULL, 
	status VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	settled_at INTEGER, 
	reward VARCHAR, 
	PRIMARY KEY (id), 
	FOREIGN KEY(invitee_id) REFERENCES member (id), 
	FOREIGN KEY(inviter_id) REFERENCES member (id), 
	FOREIGN KEY(room_id) REFERENCES room (id)
);
INSERT INTO "invite" VALUES(1,'幸福里1群@chatroom','wxid_王阿姨','wxid_小陈',1795136440,1795395640,'earned','',1795395640,'invite:2');
INSERT INTO "invite" VALUES(2,'幸福里1群@chatroom','wxid_王阿姨','wxid_大刘',1795136440,1795395640,'earned','',1795395640,'invite:2');
INSERT INTO "invite" VALUES(3,'幸福里1群@chatroom','wxid_王阿姨','wxid_阿敏',1795136440,1795395640,'void','left_early',1795136450,NULL);
INSERT INTO "invite" VALUES(4,'幸福里1群@chatroom','wxid_王阿姨','wxid_老周',1795136440,1795395640,'earned','',1795395640,NULL);
CREATE TABLE ledger (
	id INTEGER NOT NULL, 
	at INTEGER NOT NULL, 
	account VARCHAR NOT NULL, 
	unit VARCHAR NOT NULL, 
	amount INTEGER NOT NULL, 
	cause VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	CHECK (amount <> 0), 
	UNIQUE (account, unit, cause)
);
INSERT INTO "ledger" VALUES(1,1795395640,'wxid_王阿姨','eggs',5,'invite:2');
CREATE TABLE member (
	id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	role INTEGER NOT NULL, 
	since INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "member" VALUES('wxid_店主','店主',4,1795136400);
INSERT INTO "member" VALUES('wxid_王阿姨','王阿姨',0,1795136440);
INSERT INTO "member" VALUES('wxid_小陈','小陈',0,1795136440);
INSERT INTO "member" VALUES('wxid_大刘','大刘',0,1795136440);
INSERT INTO "member" VALUES('wxid_阿敏','阿敏',0,1795136440);
INSERT INTO "member" VALUES('wxid_老周','老周',3,1795136440);
INSERT INTO "member" VALUES('wxid_李姐','李姐',0,1795136470);
INSERT INTO "member" VALUES('wxid_孙姐','孙姐',0,1795136510);
INSERT INTO "member" VALUES('name:幸福里1群@chatroom:赵大爷','赵大爷',0,1795136580);
INSERT INTO "member" VALUES('name:幸福里1群@chatroom:钱奶奶','钱奶奶',0,1795397510);
CREATE TABLE membership (
	id INTEGER NOT NULL, 
	room_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	joined_at INTEGER NOT NULL, 
	left_at INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(member_id) REFERENCES member (id), 
	FOREIGN KEY(room_id) REFERENCES room (id)
);
INSERT INTO "membership" VALUES(1,'幸福里1群@chatroom','wxid_店主',1795136400,NULL);
INSERT INTO "membership" VALUES(2,'幸福里1群@chatroom','wxid_小陈',1795136440,NULL);
INSERT INTO "membership" VALUES(3,'幸福里1群@chatroom','wxid_大刘',1795136440,NULL);
INSERT INTO "membership" VALUES(4,'幸福里1群@chatroom','wxid_阿敏',1795136440,1795136450);
INSERT INTO "membership" VALUES(5,'幸福里1群@chatroom','wxid_老周',1795136440,NULL);
INSERT INTO "membership" VALUES(6,'幸福里1群@chatroom','wxid_王阿姨',1795136460,NULL);
INSERT INTO "membership" VALUES(7,'幸福里1群@chatroom','wxid_李姐',1795136470,NULL);
INSERT INTO "membership" VALUES(8,'幸福里2群@chatroom','wxid_孙姐',1795136510,NULL);
INSERT INTO "membership" VALUES(9,'幸福里2群@chatroom','wxid_店主',1795397520,NULL);
CREATE TABLE outbox (
	id INTEGER NOT NULL, 
	room_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	rank INTEGER NOT NULL, 
	text VARCHAR NOT NULL, 
	image VARCHAR, 
	cause VARCHAR, 
	status VARCHAR NOT NULL, 
	created_at INTEGER NOT NULL, 
	expires_at INTEGER NOT NULL, 
	not_before FLOAT NOT NULL, 
	attempts INTEGER NOT NULL, 
	batch INTEGER, 
	sent_at INTEGER, 
	PRIMARY KEY (id), 
	UNIQUE (cause, room_id)
);
INSERT INTO "outbox" VALUES(1,'幸福里1群@chatroom','answer',0,'上架了：红富士苹果 5斤装 35元',NULL,NULL,'sent',1795136400,1795143600,1795136400.0,1,1,1795136400);
INSERT INTO "outbox" VALUES(2,'幸福里1群@chatroom','answer',0,'红富士苹果 也叫：冰糖心',NULL,NULL,'sent',1795136410,1795143610,1795136410.0,1,2,1795136410);
INSERT INTO "outbox" VALUES(3,'幸福里1群@chatroom','answer',0,'红富士苹果 进了 30箱，现在有 30箱。
从这批开始记库存；架上原来还有的话，数一遍发：盘点 红富士苹果 总数',NULL,NULL,'sent',1795136420,1795143620,1795136420.0,1,3,1795136420);
INSERT INTO "outbox" VALUES(4,'幸福里1群@chatroom','answer',0,'定好了：红富士苹果 今天特价 32元',NULL,NULL,'sent',1795136430,1795143630,1795136430.0,1,4,1795136430);
INSERT INTO "outbox" VALUES(5,'幸福里1群@chatroom','answer',0,'王阿姨，记下了，您住 3-2-501。',NULL,NULL,'sent',1795136460,1795143660,1795136460.0,1,5,1795136460);
INSERT INTO "outbox" VALUES(6,'幸福里1群@chatroom','answer',0,'李姐，记下了，您住 3-2-502。',NULL,NULL,'sent',1795136470,1795143670,1795136470.0,1,6,1795136470);
INSERT INTO "outbox" VALUES(7,'wxid_店主','answer',0,'把口令转给新店员，请对方私聊发给我：店员-18034063
30分钟内有效，只能用一次。',NULL,NULL,'sent',1795136490,1795143690,1795136490.0,1,7,1795136490);
INSERT INTO "outbox" VALUES(8,'wxid_老周','answer',0,'老周，从现在起您就是店员了。发“帮助”看看能做什么。',NULL,NULL,'sent',1795136500,1795143700,1795136500.0,1,8,1795136500);
INSERT INTO "outbox" VALUES(9,'幸福里2群@chatroom','answer',0,'孙姐 还没有攒下鸡蛋，发“邀请规则”看看怎么攒',NULL,NULL,'sent',1795136510,1795143710,1795136510.0,1,9,1795136510);
INSERT INTO "outbox" VALUES(10,'幸福里1群@chatroom','answer',0,'店主，没有 123456 这个领取码，再核对一下数字。',NULL,NULL,'sent',1795136520,1795143720,1795136520.0,1,10,1795136520);
INSERT INTO "outbox" VALUES(11,'幸福里1群@chatroom','answer',0,'我记的是这样：
周末水果
A. 红富士苹果 5斤装，29.9元一份，满3份每份27.9元，共40份
B. 砂糖橘 10斤，35元一份，共30份
今天18:00截单
没错就回“确认”，要改就重新发一遍开团。',NULL,NULL,'sent',1795136530,1795143730,1795136530.0,1,11,1795136530);
INSERT INTO "outbox" VALUES(12,'幸福里1群@chatroom','answer',0,'开团啦：周末水果
A. 红富士苹果 5斤装，29.9元一份，满3份每份27.9元，共40份
B. 砂糖橘 10斤，35元一份，共30份
今天18:00截单
要的发 A1 B2 这样，或者 红富士苹果1。',NULL,NULL,'sent',1795136540,1795143740,1795136540.0,1,12,1795136540);
INSERT INTO "outbox" VALUES(13,'幸福里1群@chatroom','answer',0,'王阿姨 已记下 红富士苹果 2份，砂糖橘 1份，共94.8元',NULL,NULL,'sent',1795136550,1795143750,1795136550.0,1,13,1795136550);
INSERT INTO "outbox" VALUES(14,'幸福里1群@chatroom','answer',0,'李姐 已记下 红富士苹果 1份，29.9元',NULL,NULL,'sent',1795136560,1795143760,1795136560.0,1,14,1795136560);
INSERT INTO "outbox" VALUES(15,'幸福里1群@chatroom','answer',0,'大刘 已记下 砂糖橘 1份，35元',NULL,NULL,'sent',1795136570,1795143770,1795136570.0,1,15,1795136570);
INSERT INTO "outbox" VALUES(16,'幸福里1群@chatroom','answer',0,'接龙记下了：赵大爷 砂糖橘2份，小陈 红富士苹果3份
拿不准：1号 王阿姨，群里的王阿姨已经订过了，是不是同一位；2号 李姐，群里的李姐已经订过了，是不是同一位',NULL,NULL,'sent',1795136580,1795143780,1795136580.0,1,16,1795136580);
INSERT INTO "outbox" VALUES(17,'wxid_店主','notice',1,'李姐 改了 王阿姨 的接龙：“王阿姨 红富士苹果2 砂糖橘1”→红富士苹果1份 砂糖橘1份
在幸福里1群，订单先没动。要照改的，在群里回“同意 1号”。',NULL,NULL,'sent',1795136590,1795222990,1795136590.0,1,17,1795136593);
INSERT INTO "outbox" VALUES(18,'幸福里1群@chatroom','answer',0,'王阿姨 的接龙先没动，本人回“同意 1号”才算',NULL,NULL,'sent',1795136590,1795143790,1795136590.0,1,18,1795136590);
INSERT INTO "outbox" VALUES(19,'幸福里1群@chatroom','answer',0,'周末水果 截单了：5人订了红富士苹果 6份、砂糖橘 4份，一共313.4元
王阿姨 红富士苹果2份、砂糖橘1份
李姐 红富士苹果1份
大刘 砂糖橘1份
赵大爷 砂糖橘2份
小陈 红富士苹果3份',NULL,NULL,'sent',1795136600,1795143800,1795136600.0,1,19,1795136600);
INSERT INTO "outbox" VALUES(20,'幸福里1群@chatroom','answer',0,'王阿姨 付清了：红富士苹果2份、砂糖橘1份，94.8元',NULL,NULL,'sent',1795136610,1795143810,1795136610.0,1,20,1795136610);
INSERT INTO "outbox" VALUES(21,'幸福里1群@chatroom','answer',0,'李姐 付清了：红富士苹果1份，29.9元',NULL,NULL,'sent',1795136620,1795143820,1795136620.0,1,21,1795136620);
INSERT INTO "outbox" VALUES(22,'幸福里1群@chatroom','answer',0,'周末水果
红富士苹果 订了6份，到了4份，少2份
砂糖橘 订了4份，全到齐了
先订的先得，这几位拿不全：
小陈 红富士苹果订3份得1份，退55.8元（还没付）
其余4位都够，一共55.8元
没错就回“确认到货”，我告诉大家、发取货码；要改就重新发一遍到货。',NULL,NULL,'sent',1795136630,1795143830,1795136630.0,1,22,1795136630);
INSERT INTO "outbox" VALUES(23,'幸福里1群@chatroom','notice',1,'周末水果 到的货不够，先跟这几位说一声，对不住了：
小陈 红富士苹果到1份（订了3份），55.8元不用付了',NULL,'arrival/short:1:0','sent',1795136640,1795223040,1795136640.0,1,23,1795136641);
INSERT INTO "outbox" VALUES(24,'幸福里1群@chatroom','notice',1,'周末水果 到货了，来店里报取货码：
王阿姨 取货码 2033：红富士苹果2份、砂糖橘1份，94.8元 已付
李姐 取货码 5179：红富士苹果1份，29.9元 已付
大刘 取货码 2931：砂糖橘1份，35元 未付
赵大爷 取货码 9117：砂糖橘2份，70元 未付
小陈 取货码 8364：红富士苹果1份，27.9元 未付',NULL,'pickup/codes:1:0','sent',1795136640,1795223040,1795136640.0,1,24,1795136642);
INSERT INTO "outbox" VALUES(25,'幸福里1群@chatroom','answer',0,'周末水果 到货记好了，5位有货取，取货码这就发；少的一共55.8元，发“退款”看名单。取完了会自己收团，有人不来取就发“收团”。',NULL,NULL,'sent',1795136640,1795143840,1795136640.0,1,25,1795136640);
INSERT INTO "outbox" VALUES(26,'幸福里1群@chatroom','answer',0,'核销好了：王阿姨（3-2-501） 红富士苹果2份、砂糖橘1份，94.8元 已付',NULL,NULL,'sent',1795136650,1795143850,1795136650.0,1,26,1795136650);
INSERT INTO "outbox" VALUES(27,'幸福里1群@chatroom','answer',0,'王阿姨 的红富士苹果记下了，售后 1 号，店里看了就回您。有照片发出来更好。',NULL,NULL,'sent',1795136660,1795143860,1795136660.0,1,27,1795136660);
INSERT INTO "outbox" VALUES(28,'幸福里1群@chatroom','answer',0,'李姐 的红富士苹果记下了，售后 2 号，店里看了就回您。有照片发出来更好。',NULL,NULL,'sent',1795136670,1795143870,1795136670.0,1,28,1795136670);
INSERT INTO "outbox" VALUES(29,'幸福里1群@chatroom','answer',0,'王阿姨 的售后 1 号：红富士苹果退5.9元',NULL,NULL,'sent',1795136680,1795143880,1795136680.0,1,29,1795136680);
INSERT INTO "outbox" VALUES(30,'幸福里1群@chatroom','answer',0,'大刘 取货码 2931：砂糖橘1份，35元 未付',NULL,NULL,'sent',1795136690,1795143890,1795136690.0,1,30,1795136690);
INSERT INTO "outbox" VALUES(31,'wxid_王阿姨','answer',0,'店里记着您的这些：
称呼：王阿姨
在的群：幸福里1群
住：3-2-501
订过2单，攒着0个鸡蛋，邀请记录4条，跟我说过3句口令
平时聊天只数条数，不留内容。要删就发“删除我的数据”。',NULL,NULL,'sent',1795136700,1795143900,1795136700.0,1,31,1795136700);
INSERT INTO "outbox" VALUES(32,'幸福里1群@chatroom','answer',0,'我记的是这样：
冻柿子，8元一份，共10份，满9份成团
今天19:00截单
没错就回“确认”，要改就重新发一遍开团。',NULL,NULL,'sent',1795136710,1795143910,1795136710.0,1,32,1795136710);
INSERT INTO "outbox" VALUES(33,'幸福里1群@chatroom','answer',0,'开团啦：冻柿子
8元一份，共10份，满9份成团
今天19:00截单
要的发 +1，两份发 +2。',NULL,NULL,'sent',1795136720,1795143920,1795136720.0,1,33,1795136720);
INSERT INTO "outbox" VALUES(34,'幸福里1群@chatroom','answer',0,'王阿姨 已记下 冻柿子 1份，8元，还差8份成团',NULL,NULL,'sent',1795136730,1795143930,1795136730.0,1,34,1795136730);
INSERT INTO "outbox" VALUES(35,'幸福里1群@chatroom','answer',0,'我记的是这样：
花生油 5L，69元一桶，共20桶
今天20:00截单
没错就回“确认”，要改就重新发一遍开团。',NULL,NULL,'sent',1795136740,1795143940,1795136740.0,1,35,1795136740);
INSERT INTO "outbox" VALUES(36,'幸福里1群@chatroom','answer',0,'开团啦：花生油 5L
69元一桶，共20桶
今天20:00截单
要的发 +1，两桶发 +2。',NULL,NULL,'sent',1795136750,1795143950,1795136750.0,1,36,1795136750);
INSERT INTO "outbox" VALUES(37,'幸福里1群@chatroom','answer',0,'李姐，是冻柿子还是花生油？可以这样发：+2 冻柿子',NULL,NULL,'sent',1795136760,1795143960,1795136760.0,1,37,1795136760);
INSERT INTO "outbox" VALUES(38,'幸福里1群@chatroom','answer',0,'小陈，是冻柿子还是花生油？可以这样发：+1 冻柿子',NULL,NULL,'sent',1795136770,1795143970,1795136770.0,1,38,1795136770);
INSERT INTO "outbox" VALUES(39,'幸福里1群@chatroom','answer',0,'花生油 这个团取消了，还没有人订。',NULL,NULL,'sent',1795136780,1795143980,1795136780.0,1,39,1795136780);
INSERT INTO "outbox" VALUES(40,'幸福里1群@chatroom','post',2,'幸福里小店今天（11月20日）的特价：
红富士苹果 5斤装，32元一箱
只管今天一天，想留的在群里说一声。',NULL,'post:今日特价@1795140000','sent',1795140000,1795147200,1795140000.0,1,40,1795140000);
INSERT INTO "outbox" VALUES(41,'幸福里2群@chatroom','post',2,'幸福里小店今天（11月20日）的特价：
红富士苹果 5斤装，32元一箱
只管今天一天，想留的在群里说一声。',NULL,'post:今日特价@1795140000','sent',1795140000,1795147200,1795140000.0,1,41,1795140003);
INSERT INTO "outbox" VALUES(42,'幸福里1群@chatroom','notice',1,'冻柿子 截单了：1人订了1份，一共8元
没到9份，这次没成团，不用付钱。
王阿姨 1份',NULL,'groupbuy-closed:2','sent',1795172400,1795258800,1795172400.0,1,42,1795172400);
INSERT INTO "outbox" VALUES(43,'幸福里1群@chatroom','post',2,'幸福里小店的健康小贴士：
坐满一小时就起来走两三分钟，接杯水、擦擦桌子都算。看电视也一样，广告一来站起来活动活动腰腿，一晚上下来身子松快不少。',NULL,'post:生活贴士@1795176000','sent',1795176000,1795183200,1795176000.0,1,43,1795176000);
INSERT INTO "outbox" VALUES(44,'幸福里2群@chatroom','post',2,'幸福里小店的健康小贴士：
坐满一小时就起来走两三分钟，接杯水、擦擦桌子都算。看电视也一样，广告一来站起来活动活动腰腿，一晚上下来身子松快不少。',NULL,'post:生活贴士@1795176000','sent',1795176000,1795183200,1795176000.0,1,44,1795176003);
INSERT INTO "outbox" VALUES(45,'幸福里1群@chatroom','post',2,'幸福里1群的邻居们早上好，11月21日，星期六，农历十月十三。
幸福里小店今天早7点到晚9点半都在，缺什么在群里说一声。',NULL,'post:早安问候@1795217400','sent',1795217400,1795224600,1795217400.0,1,45,1795217400);
INSERT INTO "outbox" VALUES(46,'幸福里2群@chatroom','post',2,'幸福里2群的邻居们早上好，11月21日，星期六，农历十月十三。
幸福里小店今天早7点到晚9点半都在，缺什么在群里说一声。',NULL,'post:早安问候@1795217400','sent',1795217400,1795224600,1795217400.0,1,46,1795217403);
INSERT INTO "outbox" VALUES(47,'幸福里1群@chatroom','post',2,'幸福里小店的厨房小贴士：
剩菜凉到不烫手就放进冰箱，在外面别放过两小时，下顿热到里外都冒气再吃。绿叶菜剩了味道差也不经放，尽量当顿吃光。',NULL,'post:生活贴士@1795262400','sent',1795262400,1795269600,1795262400.0,1,47,1795262400);
INSERT INTO "outbox" VALUES(48,'幸福里2群@chatroom','post',2,'幸福里小店的厨房小贴士：
剩菜凉到不烫手就放进冰箱，在外面别放过两小时，下顿热到里外都冒气再吃。绿叶菜剩了味道差也不经放，尽量当顿吃光。',NULL,'post:生活贴士@1795262400','sent',1795262400,1795269600,1795262400.0,1,48,1795262403);
INSERT INTO "outbox" VALUES(49,'幸福里1群@chatroom','post',2,'幸福里1群的邻居们早上好，11月22日，星期日，农历十月十四。
今天是小雪节气。
幸福里小店今天早7点到晚9点半都在，缺什么在群里说一声。',NULL,'post:早安问候@1795303800','sent',1795303800,1795311000,1795303800.0,1,49,1795303800);
INSERT INTO "outbox" VALUES(50,'幸福里2群@chatroom','post',2,'幸福里2群的邻居们早上好，11月22日，星期日，农历十月十四。
今天是小雪节气。
幸福里小店今天早7点到晚9点半都在，缺什么在群里说一声。',NULL,'post:早安问候@1795303800','sent',1795303800,1795311000,1795303800.0,1,50,1795303803);
INSERT INTO "outbox" VALUES(51,'幸福里1群@chatroom','post',2,'幸福里小店的节气小贴士：
天冷屋里关得严，用炉子、炭火取暖的人家一定留道缝通风，烟囱接口看一遍，装个一氧化碳报警器，睡觉前把火封好、炭盆端出去。',NULL,'post:生活贴士@1795348800','sent',1795348800,1795356000,1795348800.0,1,51,1795348800);
INSERT INTO "outbox" VALUES(52,'幸福里2群@chatroom','post',2,'幸福里小店的节气小贴士：
天冷屋里关得严，用炉子、炭火取暖的人家一定留道缝通风，烟囱接口看一遍，装个一氧化碳报警器，睡觉前把火封好、炭盆端出去。',NULL,'post:生活贴士@1795348800','sent',1795348800,1795356000,1795348800.0,1,52,1795348803);
INSERT INTO "outbox" VALUES(53,'幸福里1群@chatroom','post',2,'幸福里1群的邻居们早上好，11月23日，星期一，农历十月十五。
幸福里小店今天早7点到晚9点半都在，缺什么在群里说一声。',NULL,'post:早安问候@1795390200','sent',1795390200,1795397400,1795390200.0,1,53,1795390200);
INSERT INTO "outbox" VALUES(54,'幸福里2群@chatroom','post',2,'幸福里2群的邻居们早上好，11月23日，星期一，农历十月十五。
幸福里小店今天早7点到晚9点半都在，缺什么在群里说一声。',NULL,'post:早安问候@1795390200','sent',1795390200,1795397400,1795390200.0,1,54,1795390203);
INSERT INTO "outbox" VALUES(55,'幸福里1群@chatroom','answer',0,'王阿姨，领取码 905299，3个鸡蛋，11月26日（周四）09:30前到店报码，只能用一次。',NULL,NULL,'sent',1795397400,1795404600,1795397400.0,1,55,1795397400);
INSERT INTO "outbox" VALUES(56,'幸福里1群@chatroom','answer',0,'我记的是这样：
土鸡蛋 30枚，25元一盘，共20盘
今天10:30截单
没错就回“确认”，要改就重新发一遍开团。',NULL,NULL,'sent',1795397410,1795404610,1795397410.0,1,56,1795397410);
INSERT INTO "outbox" VALUES(57,'幸福里1群@chatroom','answer',0,'开团啦：土鸡蛋 30枚
25元一盘，共20盘
今天10:30截单
要的发 +1，两盘发 +2。',NULL,NULL,'sent',1795397420,1795404620,1795397420.0,1,57,1795397420);
INSERT INTO "outbox" VALUES(58,'幸福里1群@chatroom','answer',0,'王阿姨 已记下 土鸡蛋 1盘，25元',NULL,NULL,'sent',1795397430,1795404630,1795397430.0,1,58,1795397430);
INSERT INTO "outbox" VALUES(59,'幸福里1群@chatroom','answer',0,'李姐 已记下 土鸡蛋 2盘，50元',NULL,NULL,'sent',1795397440,1795404640,1795397440.0,1,59,1795397440);
INSERT INTO "outbox" VALUES(60,'幸福里1群@chatroom','answer',0,'土鸡蛋 截单了：2人订了3盘，一共75元
王阿姨 1盘
李姐 2盘',NULL,NULL,'sent',1795397450,1795404650,1795397450.0,1,60,1795397450);
INSERT INTO "outbox" VALUES(61,'幸福里1群@chatroom','answer',0,'李姐 付清了：土鸡蛋2盘，50元',NULL,NULL,'sent',1795397460,1795404660,1795397460.0,1,61,1795397460);
INSERT INTO "outbox" VALUES(62,'幸福里1群@chatroom','answer',0,'我记的是这样：
鲜牛奶 1L，15元一瓶，共30瓶
后天18:00截单
没错就回“确认”，要改就重新发一遍开团。',NULL,NULL,'sent',1795397470,1795404670,1795397470.0,1,62,1795397470);
INSERT INTO "outbox" VALUES(63,'幸福里1群@chatroom','answer',0,'开团啦：鲜牛奶 1L
15元一瓶，共30瓶
后天18:00截单
要的发 +1，两瓶发 +2。',NULL,NULL,'sent',1795397480,1795404680,1795397480.0,1,63,1795397480);
INSERT INTO "outbox" VALUES(64,'幸福里1群@chatroom','answer',0,'王阿姨 已记下 鲜牛奶 2瓶，30元',NULL,NULL,'sent',1795397490,1795404690,1795397490.0,1,64,1795397490);
INSERT INTO "outbox" VALUES(65,'幸福里1群@chatroom','answer',0,'李姐 已记下 鲜牛奶 1瓶，15元',NULL,NULL,'sent',1795397500,1795404700,1795397500.0,1,65,1795397500);
INSERT INTO "outbox" VALUES(66,'幸福里1群@chatroom','answer',0,'接龙记下了：钱奶奶 3瓶
拿不准：1号 王阿姨，群里的王阿姨已经订过了，是不是同一位；2号 李姐，群里的李姐已经订过了，是不是同一位',NULL,NULL,'sent',1795397510,1795404710,1795397510.0,1,66,1795397510);
INSERT INTO "outbox" VALUES(67,'幸福里2群@chatroom','answer',0,'我记的是这样：
饺子皮，5元一份，共50份，每人限2份
后天18:00截单
没错就回“确认”，要改就重新发一遍开团。',NULL,NULL,'sent',1795397520,1795404720,1795397520.0,1,67,1795397520);
INSERT INTO "outbox" VALUES(68,'幸福里2群@chatroom','answer',0,'开团啦：饺子皮
5元一份，共50份，每人限2份
后天18:00截单
要的发 +1，两份发 +2。',NULL,NULL,'sent',1795397530,1795404730,1795397530.0,1,68,1795397530);
INSERT INTO "outbox" VALUES(69,'幸福里2群@chatroom','answer',0,'孙姐 已记下 饺子皮 2份，10元',NULL,NULL,'sent',1795397540,1795404740,1795397540.0,1,69,1795397540);
INSERT INTO "outbox" VALUES(70,'幸福里1群@chatroom','answer',0,'我记的是这样：
大白菜，3元一棵，共60棵
后天20:00截单
没错就回“确认”，要改就重新发一遍开团。',NULL,NULL,'sent',1795397550,1795404750,1795397550.0,1,70,1795397550);
INSERT INTO "outbox" VALUES(71,'幸福里1群@chatroom','post',2,'幸福里小店的安全小贴士：
闻到燃气味，先轻轻开窗，再关总阀，人马上出去，到楼外再打电话报修。屋里别开灯关灯，别打火，也别在屋里打手机。',NULL,'post:生活贴士@1795435200','sent',1795435200,1795442400,1795435200.0,1,71,1795435200);
INSERT INTO "outbox" VALUES(72,'幸福里2群@chatroom','post',2,'幸福里小店的安全小贴士：
闻到燃气味，先轻轻开窗，再关总阀，人马上出去，到楼外再打电话报修。屋里别开灯关灯，别打火，也别在屋里打手机。',NULL,'post:生活贴士@1795435200','sent',1795435200,1795442400,1795435200.0,1,72,1795435203);
INSERT INTO "outbox" VALUES(73,'幸福里1群@chatroom','notice',1,'明天鲜牛奶到店',NULL,'notice:1','queued',1795442700,1795529100,1795442700.0,0,NULL,NULL);
INSERT INTO "outbox" VALUES(74,'幸福里1群@chatroom','post',2,'早上好',NULL,'post:x@1','queued',1795442700,1795449900,1795442700.0,0,NULL,NULL);
INSERT INTO "outbox" VALUES(75,'幸福里1群@chatroom','answer',0,'王阿姨 已记下 鲜牛奶 2份',NULL,NULL,'uncertain',1795442700,1795449900,1795442760.0,1,75,NULL);
INSERT INTO "outbox" VALUES(76,'幸福里1群@chatroom','answer',0,'在路上的',NULL,NULL,'sending',1795442700,1795449900,1795442700.0,1,76,NULL);
INSERT INTO "outbox" VALUES(77,'幸福里1群@chatroom','answer',0,'还排着的',NULL,NULL,'queued',1795442700,1795449900,1795442700.0,0,NULL,NULL);
CREATE TABLE pace (
	id INTEGER NOT NULL, 
	tokens FLOAT NOT NULL, 
	at FLOAT NOT NULL, 
	last_at FLOAT NOT NULL, 
	last_room VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "pace" VALUES(1,9.0,1795442745.0,1795442745.0,'幸福里1群@chatroom');
CREATE TABLE payment (
	id INTEGER NOT NULL, 
	order_id INTEGER NOT NULL, 
	cents INTEGER NOT NULL, 
	at INTEGER NOT NULL, 
	by_id VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	CHECK (cents <> 0), 
	FOREIGN KEY(order_id) REFERENCES groupbuy_order (id)
);
INSERT INTO "payment" VALUES(1,1,5980,1795136610,'wxid_店主');
INSERT INTO "payment" VALUES(2,2,3500,1795136610,'wxid_店主');
INSERT INTO "payment" VALUES(3,3,2990,1795136620,'wxid_店主');
INSERT INTO "payment" VALUES(4,9,5000,1795397460,'wxid_店主');
CREATE TABLE pickup (
	id INTEGER NOT NULL, 
	order_id INTEGER NOT NULL, 
	code VARCHAR NOT NULL, 
	quantity INTEGER NOT NULL, 
	at INTEGER NOT NULL, 
	by_id VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	CHECK (quantity > 0), 
	FOREIGN KEY(order_id) REFERENCES groupbuy_order (id)
);
INSERT INTO "pickup" VALUES(1,1,'2033',2,1795136650,'wxid_店主');
INSERT INTO "pickup" VALUES(2,2,'2033',1,1795136650,'wxid_店主');
CREATE TABLE pickup_code (
	id INTEGER NOT NULL, 
	code VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	issued_at INTEGER NOT NULL, 
	expires_at INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(member_id) REFERENCES member (id)
);
INSERT INTO "pickup_code" VALUES(1,'2033','wxid_王阿姨','used',1795136640,1795741440);
INSERT INTO "pickup_code" VALUES(2,'5179','wxid_李姐','live',1795136640,1795741440);
INSERT INTO "pickup_code" VALUES(3,'2931','wxid_大刘','live',1795136640,1795741440);
INSERT INTO "pickup_code" VALUES(4,'9117','name:幸福里1群@chatroom:赵大爷','live',1795136640,1795741440);
INSERT INTO "pickup_code" VALUES(5,'8364','wxid_小陈','live',1795136640,1795741440);
CREATE TABLE postknown (
	post VARCHAR NOT NULL, 
	since INTEGER NOT NULL, 
	PRIMARY KEY (post)
);
INSERT INTO "postknown" VALUES('早安问候',1795136399);
INSERT INTO "postknown" VALUES('今日特价',1795136399);
INSERT INTO "postknown" VALUES('生活贴士',1795136399);
CREATE TABLE postmoment (
	post VARCHAR NOT NULL, 
	moment INTEGER NOT NULL, 
	status VARCHAR NOT NULL, 
	at INTEGER NOT NULL, 
	reason VARCHAR NOT NULL, 
	PRIMARY KEY (post, moment)
);
INSERT INTO "postmoment" VALUES('今日特价',1795140000,'claimed',1795140000,'');
INSERT INTO "postmoment" VALUES('生活贴士',1795176000,'claimed',1795176000,'');
INSERT INTO "postmoment" VALUES('早安问候',1795217400,'claimed',1795217400,'');
INSERT INTO "postmoment" VALUES('今日特价',1795226400,'claimed',1795226400,'');
INSERT INTO "postmoment" VALUES('生活贴士',1795262400,'claimed',1795262400,'');
INSERT INTO "postmoment" VALUES('早安问候',1795303800,'claimed',1795303800,'');
INSERT INTO "postmoment" VALUES('今日特价',1795312800,'claimed',1795312800,'');
INSERT INTO "postmoment" VALUES('生活贴士',1795348800,'claimed',1795348800,'');
INSERT INTO "postmoment" VALUES('早安问候',1795390200,'claimed',1795390200,'');
INSERT INTO "postmoment" VALUES('今日特价',1795399200,'claimed',1795399200,'');
INSERT INTO "postmoment" VALUES('生活贴士',1795435200,'claimed',1795435200,'');
CREATE TABLE price_entry (
	id INTEGER NOT NULL, 
	product_id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	day VARCHAR NOT NULL, 
	cents INTEGER NOT NULL, 
	set_on VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	CHECK (cents > 0), 
	FOREIGN KEY(product_id) REFERENCES product (id)
);
INSERT INTO "price_entry" VALUES(1,1,'usual','2026-11-20',3500,'2026-11-20');
INSERT INTO "price_entry" VALUES(2,1,'deal','2026-11-20',3200,'2026-11-20');
CREATE TABLE product (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	spec VARCHAR NOT NULL, 
	unit VARCHAR NOT NULL, 
	cents INTEGER NOT NULL, cost INTEGER, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
INSERT INTO "product" VALUES(1,'红富士苹果','5斤装','箱',3500,NULL);
CREATE TABLE product_word (
	word VARCHAR NOT NULL, 
	product_id INTEGER NOT NULL, 
	alias VARCHAR, 
	PRIMARY KEY (word), 
	FOREIGN KEY(product_id) REFERENCES product (id)
);
INSERT INTO "product_word" VALUES('红富士苹果',1,NULL);
INSERT INTO "product_word" VALUES('冰糖心',1,'冰糖心');
CREATE TABLE redeem_miss (
	id INTEGER NOT NULL, 
	by_id VARCHAR NOT NULL, 
	at INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "redeem_miss" VALUES(1,'wxid_店主',1795136520);
CREATE TABLE refund (
	id INTEGER NOT NULL, 
	order_id INTEGER NOT NULL, 
	cents INTEGER NOT NULL, 
	reason VARCHAR NOT NULL, 
	at INTEGER NOT NULL, 
	by_id VARCHAR, 
	PRIMARY KEY (id), 
	CHECK (cents > 0), 
	FOREIGN KEY(order_id) REFERENCES groupbuy_order (id), 
	UNIQUE (order_id, reason)
);
INSERT INTO "refund" VALUES(1,6,5580,'short',1795136640,'wxid_店主');
INSERT INTO "refund" VALUES(2,1,590,'claim:1',1795136680,'wxid_店主');
INSERT INTO "refund" VALUES(3,7,800,'failed',1795172400,NULL);
CREATE TABLE resident (
	member_id VARCHAR NOT NULL, 
	building VARCHAR NOT NULL, 
	unit VARCHAR NOT NULL, 
	door VARCHAR NOT NULL, 
	PRIMARY KEY (member_id), 
	FOREIGN KEY(member_id) REFERENCES member (id)
);
INSERT INTO "resident" VALUES('wxid_王阿姨','3','2','501');
INSERT INTO "resident" VALUES('wxid_李姐','3','2','502');
CREATE TABLE room (
	id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	enabled BOOLEAN NOT NULL, 
	since INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "room" VALUES('幸福里1群@chatroom','幸福里1群',1,1795136400);
INSERT INTO "room" VALUES('幸福里2群@chatroom','幸福里2群',1,1795136400);
CREATE TABLE seen (
	id VARCHAR NOT NULL, 
	at INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "seen" VALUES('23c05db0ba4e-1',1795136400);
INSERT INTO "seen" VALUES('23c05db0ba4e-3',1795136410);
INSERT INTO "seen" VALUES('23c05db0ba4e-5',1795136420);
INSERT INTO "seen" VALUES('23c05db0ba4e-7',1795136430);
INSERT INTO "seen" VALUES('23c05db0ba4e-9',1795136460);
INSERT INTO "seen" VALUES('23c05db0ba4e-11',1795136470);
INSERT INTO "seen" VALUES('23c05db0ba4e-14',1795136490);
INSERT INTO "seen" VALUES('23c05db0ba4e-16',1795136500);
INSERT INTO "seen" VALUES('23c05db0ba4e-18',1795136510);
INSERT INTO "seen" VALUES('23c05db0ba4e-20',1795136520);
INSERT INTO "seen" VALUES('23c05db0ba4e-22',1795136530);
INSERT INTO "seen" VALUES('23c05db0ba4e-24',1795136540);
INSERT INTO "seen" VALUES('23c05db0ba4e-26',1795136550);
INSERT INTO "seen" VALUES('23c05db0ba4e-28',1795136560);
INSERT INTO "seen" VALUES('23c05db0ba4e-30',1795136570);
INSERT INTO "seen" VALUES('23c05db0ba4e-32',1795136580);
INSERT INTO "seen" VALUES('23c05db0ba4e-34',1795136590);
INSERT INTO "seen" VALUES('23c05db0ba4e-37',1795136600);
INSERT INTO "seen" VALUES('23c05db0ba4e-39',1795136610);
INSERT INTO "seen" VALUES('23c05db0ba4e-41',1795136620);
INSERT INTO "seen" VALUES('23c05db0ba4e-43',1795136630);
INSERT INTO "seen" VALUES('23c05db0ba4e-45',1795136640);
INSERT INTO "seen" VALUES('23c05db0ba4e-49',1795136650);
INSERT INTO "seen" VALUES('23c05db0ba4e-51',1795136660);
INSERT INTO "seen" VALUES('23c05db0ba4e-53',1795136670);
INSERT INTO "seen" VALUES('23c05db0ba4e-55',1795136680);
INSERT INTO "seen" VALUES('23c05db0ba4e-57',1795136690);
INSERT INTO "seen" VALUES('23c05db0ba4e-59',1795136700);
INSERT INTO "seen" VALUES('23c05db0ba4e-61',1795136710);
INSERT INTO "seen" VALUES('23c05db0ba4e-63',1795136720);
INSERT INTO "seen" VALUES('23c05db0ba4e-65',1795136730);
INSERT INTO "seen" VALUES('23c05db0ba4e-67',1795136740);
INSERT INTO "seen" VALUES('23c05db0ba4e-69',1795136750);
INSERT INTO "seen" VALUES('23c05db0ba4e-71',1795136760);
INSERT INTO "seen" VALUES('23c05db0ba4e-73',1795136770);
INSERT INTO "seen" VALUES('23c05db0ba4e-75',1795136780);
INSERT INTO "seen" VALUES('23c05db0ba4e-92',1795397400);
INSERT INTO "seen" VALUES('23c05db0ba4e-94',1795397410);
INSERT INTO "seen" VALUES('23c05db0ba4e-96',1795397420);
INSERT INTO "seen" VALUES('23c05db0ba4e-98',1795397430);
INSERT INTO "seen" VALUES('23c05db0ba4e-100',1795397440);
INSERT INTO "seen" VALUES('23c05db0ba4e-102',1795397450);
INSERT INTO "seen" VALUES('23c05db0ba4e-104',1795397460);
INSERT INTO "seen" VALUES('23c05db0ba4e-106',1795397470);
INSERT INTO "seen" VALUES('23c05db0ba4e-108',1795397480);
INSERT INTO "seen" VALUES('23c05db0ba4e-110',1795397490);
INSERT INTO "seen" VALUES('23c05db0ba4e-112',1795397500);
INSERT INTO "seen" VALUES('23c05db0ba4e-114',1795397510);
INSERT INTO "seen" VALUES('23c05db0ba4e-116',1795397520);
INSERT INTO "seen" VALUES('23c05db0ba4e-118',1795397530);
INSERT INTO "seen" VALUES('23c05db0ba4e-120',1795397540);
INSERT INTO "seen" VALUES('23c05db0ba4e-122',1795397550);
CREATE TABLE setting (
	name VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "setting" VALUES('world','simulated');
INSERT INTO "setting" VALUES('chore:忘掉旧消息编号','1795376400');
INSERT INTO "setting" VALUES('chore:忘掉早先说过的话','1795376520');
INSERT INTO "setting" VALUES('chore:忘掉早先的记录','1795376640');
INSERT INTO "setting" VALUES('offer:clerk','');
INSERT INTO "setting" VALUES('arrival:幸福里1群@chatroom:wxid_店主','');
CREATE TABLE stock (
	product_id INTEGER NOT NULL, 
	quantity INTEGER NOT NULL, 
	in_sheet INTEGER, 
	PRIMARY KEY (product_id), 
	CHECK (quantity >= 0), 
	FOREIGN KEY(product_id) REFERENCES product (id)
);
INSERT INTO "stock" VALUES(1,30,NULL);
CREATE TABLE stock_entry (
	id INTEGER NOT NULL, 
	product_id INTEGER NOT NULL, 
	at INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	delta INTEGER NOT NULL, 
	"after" INTEGER NOT NULL, 
	cause VARCHAR, 
	by_id VARCHAR, 
	PRIMARY KEY (id), 
	CHECK (after >= 0), 
	FOREIGN KEY(product_id) REFERENCES product (id), 
	UNIQUE (product_id, cause)
);
INSERT INTO "stock_entry" VALUES(1,1,1795136420,'delivery',30,30,NULL,'wxid_店主');
CREATE TABLE tipuse (
	room_id VARCHAR NOT NULL, 
	tip_key VARCHAR NOT NULL, 
	used_at INTEGER NOT NULL, 
	PRIMARY KEY (room_id, tip_key)
);
INSERT INTO "tipuse" VALUES('幸福里1群@chatroom','fd703bac85b6',1795176000);
INSERT INTO "tipuse" VALUES('幸福里2群@chatroom','fd703bac85b6',1795176000);
INSERT INTO "tipuse" VALUES('幸福里1群@chatroom','901d60ff2506',1795262400);
INSERT INTO "tipuse" VALUES('幸福里2群@chatroom','901d60ff2506',1795262400);
INSERT INTO "tipuse" VALUES('幸福里1群@chatroom','67156f8debfb',1795348800);
INSERT INTO "tipuse" VALUES('幸福里2群@chatroom','67156f8debfb',1795348800);
INSERT INTO "tipuse" VALUES('幸福里1群@chatroom','0065c79b394e',1795435200);
INSERT INTO "tipuse" VALUES('幸福里2群@chatroom','0065c79b394e',1795435200);
CREATE INDEX ix_activity_at ON activity (at);
CREATE INDEX outbox_batch ON outbox (batch);
CREATE INDEX outbox_next ON outbox (status, rank, id);
CREATE INDEX outbox_sent ON outbox (sent_at);
CREATE INDEX ix_seen_at ON seen (at);
CREATE INDEX ix_deal_day ON deal (day);
CREATE UNIQUE INDEX egg_code_live ON egg_code (code) WHERE status = 'live';
CREATE INDEX egg_code_member ON egg_code (member_id, status);
CREATE INDEX groupbuy_status ON groupbuy (status, closes_at);
CREATE INDEX invite_due ON invite (status, due_at);
CREATE INDEX invite_invitee ON invite (invitee_id);
CREATE INDEX invite_inviter ON invite (inviter_id, status, settled_at);
CREATE INDEX membership_member ON membership (member_id);
CREATE UNIQUE INDEX membership_now ON membership (room_id, member_id) WHERE left_at IS NULL;
CREATE INDEX ix_resident_building ON resident (building);
CREATE INDEX groupbuy_item_of ON groupbuy_item (groupbuy_id);
CREATE INDEX ix_groupbuy_room_room_id ON groupbuy_room (room_id);
CREATE INDEX groupbuy_order_member ON groupbuy_order (member_id);
CREATE UNIQUE INDEX groupbuy_order_placed ON groupbuy_order (item_id, member_id) WHERE status = 'placed';
CREATE INDEX ix_groupbuy_order_groupbuy_id ON groupbuy_order (groupbuy_id);
CREATE INDEX ix_groupbuy_entry_order_id ON groupbuy_entry (order_id);
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE INDEX ix_product_word_product_id ON product_word (product_id);
CREATE INDEX price_entry_of ON price_entry (product_id, kind, day);
CREATE INDEX stock_entry_of ON stock_entry (product_id);
CREATE TRIGGER price_entry_no_update BEFORE UPDATE ON price_entry BEGIN SELECT RAISE(ABORT, 'the table price_entry is append-only'); END;
CREATE TRIGGER price_entry_no_delete BEFORE DELETE ON price_entry BEGIN SELECT RAISE(ABORT, 'the table price_entry is append-only'); END;
CREATE TRIGGER stock_entry_no_update BEFORE UPDATE ON stock_entry BEGIN SELECT RAISE(ABORT, 'the table stock_entry is append-only'); END;
CREATE TRIGGER stock_entry_no_delete BEFORE DELETE ON stock_entry BEGIN SELECT RAISE(ABORT, 'the table stock_entry is append-only'); END;
CREATE INDEX redeem_miss_by ON redeem_miss (by_id, at);
CREATE INDEX pickup_code_code ON pickup_code (code);
CREATE UNIQUE INDEX pickup_code_live ON pickup_code (code) WHERE status = 'live';
CREATE UNIQUE INDEX pickup_code_of ON pickup_code (member_id) WHERE status = 'live';
CREATE INDEX claim_status ON claim (status);
CREATE INDEX payment_order ON payment (order_id);
CREATE INDEX pickup_order ON pickup (order_id);
CREATE TRIGGER refund_no_update BEFORE UPDATE ON refund BEGIN SELECT RAISE(ABORT, 'the refund is append-only'); END;
CREATE TRIGGER refund_no_delete BEFORE DELETE ON refund BEGIN SELECT RAISE(ABORT, 'the refund is append-only'); END;
CREATE TRIGGER payment_no_update BEFORE UPDATE ON payment BEGIN SELECT RAISE(ABORT, 'the payment is append-only'); END;
CREATE TRIGGER payment_no_delete BEFORE DELETE ON payment BEGIN SELECT RAISE(ABORT, 'the payment is append-only'); END;
CREATE TRIGGER pickup_no_update BEFORE UPDATE ON pickup BEGIN SELECT RAISE(ABORT, 'the pickup is append-only'); END;
CREATE TRIGGER pickup_no_delete BEFORE DELETE ON pickup BEGIN SELECT RAISE(ABORT, 'the pickup is append-only'); END;
CREATE INDEX ix_chain_name_member_id ON chain_name (member_id);
CREATE INDEX chain_line_member ON chain_line (member_id);
CREATE INDEX chain_line_of ON chain_line (groupbuy_id, room_id);
COMMIT;
