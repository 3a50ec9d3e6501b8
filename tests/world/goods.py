"""What is sold in a world, and what is said beside an order: name, spec, cents, unit."""

GOODS = (
    ("红富士苹果", "5斤装", 2990, "份"),
    ("砂糖橘", "一箱", 3500, "箱"),
    ("土鸡蛋", "30枚", 2680, "板"),
    ("盐汽水", "600ml*24瓶", 3000, "箱"),
    ("冻柿子", "3斤", 2550, "份"),
    ("羊肉卷", "2斤", 8800, "份"),
    ("山药", "5斤", 2001, "份"),
    ("大枣", "3斤", 3905, "份"),
)
GOODS_OF_SHELF = (("鲜鸡蛋", "30枚", 1990, "盘"), ("纯牛奶", "250ml*16盒", 4280, "箱"), GOODS[1])
"""What stands on the shelf; tangerines come from a supplier, too, where nobody writes 现货."""
REMARKS = ("放门口", "明天来拿", "要小的")
"""What may stand behind an order, and is a note."""
