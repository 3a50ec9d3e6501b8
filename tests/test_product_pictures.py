"""Pictures in a list of goods: files beside the list, checked before anything is written, kept as the product's."""

from pathlib import Path

import pytest

from community import uploads
from community.db import Database
from community.groupbuy import picture
from community.product import goods, names, pictures
from tests.conftest import read
from tests.test_pictures import photo, seen
from tests.test_product_list import as_csv, as_xlsx, command, migrated

APPLES = ["红富士苹果", "29.9", "苹果.jpg"]


def put(folder: Path, name: str, content: bytes) -> None:
    (folder / "pictures").mkdir(exist_ok=True)
    (folder / "pictures" / name).write_bytes(content)


def listed(folder: Path, *names: str, xlsx: bool = False) -> Path:
    rows = [["品名", "价格", "图片"], *([f"商品{name}", "3", name] for name in names)]
    return as_xlsx(folder, rows) if xlsx else as_csv(folder, rows)


def picture_of(shop: Database, name: str) -> str | None:
    product = read(shop, names.find, name)
    found: str | None = read(shop, pictures.of, product.id)
    return found


@pytest.mark.parametrize("xlsx", [False, True])
def test_a_picture_is_kept_small_and_is_the_products(tmp_path: Path, xlsx: bool) -> None:
    shop = migrated(tmp_path)
    put(tmp_path, "苹果.jpg", photo((3000, 2000)))
    command(shop, listed(tmp_path, "苹果.jpg", xlsx=xlsx))
    name = picture_of(shop, "商品苹果.jpg")
    assert name in read(shop, picture.in_use)
    assert seen(uploads.beside(shop).read(name or "")).size == (1600, 1067)
    shop.close()


def test_trying_keeps_no_file_and_says_what_would_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = migrated(tmp_path)
    put(tmp_path, "苹果.jpg", photo())
    command(shop, listed(tmp_path, "苹果.jpg"), dry_run=True)
    assert "新  商品苹果.jpg：3元一份，带图片" in capsys.readouterr().out
    assert not uploads.beside(shop).folder.exists()
    shop.close()


def test_the_same_list_again_changes_nothing_and_another_picture_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = migrated(tmp_path)
    put(tmp_path, "苹果.jpg", photo())
    command(shop, listed(tmp_path, "苹果.jpg"))
    command(shop, listed(tmp_path, "苹果.jpg"), dry_run=True)
    assert "新上架 0 样，改动 0 样，没变 1 样。" in capsys.readouterr().out
    put(tmp_path, "苹果.jpg", photo((80, 60)))
    command(shop, listed(tmp_path, "苹果.jpg"))
    assert "改  商品苹果.jpg：换了图片" in capsys.readouterr().out
    shop.close()


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_picture_that_cannot_be_had_is_named_by_row_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], dry_run: bool
) -> None:
    shop = migrated(tmp_path)
    put(tmp_path, "坏的.jpg", b"no picture")
    with pytest.raises(SystemExit):
        command(shop, listed(tmp_path, "没有.jpg", "坏的.jpg", "../苹果.jpg", "苹果"), dry_run=dry_run)
    said = capsys.readouterr()
    told = said.out + said.err
    assert "第 2 行：图片“没有.jpg”：pictures 文件夹里没有这个文件" in told
    assert "第 3 行：图片“坏的.jpg”：这张图打不开" in told
    assert told.count("要写 pictures 文件夹里的文件名") == 2
    assert read(shop, goods.on_shelf) == {}
    shop.close()


def test_an_empty_cell_leaves_the_picture(tmp_path: Path) -> None:
    shop = migrated(tmp_path)
    put(tmp_path, "苹果.jpg", photo())
    command(shop, as_csv(tmp_path, [["品名", "价格", "图片"], APPLES]))
    before = picture_of(shop, "红富士苹果")
    command(shop, as_csv(tmp_path, [["品名", "价格", "图片"], ["红富士苹果", "27.9", ""]]))
    assert picture_of(shop, "红富士苹果") == before is not None
    shop.close()
