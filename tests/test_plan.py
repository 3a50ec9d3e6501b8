"""The plan: posts as the shopkeeper writes them, faults by file and line, changes without a restart."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.posts import Post
from schedules.plan import Plan, PlanFiles, read_plan

MORNING = """# 每天早上
["早安问候"]
cron = "30 7 * * *"
template = "posts/早安问候"
"""


def write(directory: Path, text: str, name: str = "daily.toml") -> Path:
    directory.mkdir(exist_ok=True)
    (directory / name).write_text(text, encoding="utf-8")
    return directory


def faults(plan: Plan) -> list[tuple[int | None, str]]:
    return [(fault.line, fault.problem) for fault in plan.faults]


def test_a_post_says_when_what_and_where(tmp_path: Path) -> None:
    text = '[tip]\ntitle = "生活贴士"\ncron = "0 20 * * *"\ntemplate = "posts/tip.j2"\n'
    plan = read_plan(write(tmp_path, text + 'rooms = ["1群", "2群"]\nfresh = "90m"\n'))
    post = Post("tip", "生活贴士", "0 20 * * *", "posts/tip", ("1群", "2群"), timedelta(minutes=90))
    assert plan == Plan((post,))


def test_what_is_left_out_has_a_sensible_value(tmp_path: Path) -> None:
    (post,) = read_plan(write(tmp_path, MORNING)).posts
    assert (post.title, post.rooms, post.fresh) == ("早安问候", "all", timedelta(hours=2))


def test_posts_of_all_files_make_one_plan(tmp_path: Path) -> None:
    write(tmp_path, MORNING)
    write(tmp_path, '[noon]\ntitle = "午间"\ncron = "0 12 * * *"\ntemplate = "x"\n', "festival.toml")
    write(tmp_path, "不是计划", "notes.txt")
    plan = read_plan(tmp_path)
    assert [post.name for post in plan.posts] == ["早安问候", "noon"]
    assert plan.find("午间") == plan.find("noon") == plan.posts[1]
    assert plan.find("晚安") is None


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('cron = "30 7 * *"', '要写五格：分 时 日 月 星期，中间空格，如每天 7 点半是 "30 7 * * *"，现在是 4 格'),
        ('cron = "0 25 * * *"', "第 2 格（时）看不懂“25”，要写 0 到 23 之间的数"),
        ("cron = 730", "要写成一行文字，放在英文引号里，不能是 730"),
        ('fresh = "2个小时"', '要写成多久，如 "90m"（分钟）、"2h"（小时）、"1d"（天），不能是 "2个小时"'),
        ("fresh = 120", '要写成多久，如 "90m"（分钟）、"2h"（小时）、"1d"（天），不能是 120'),
        ('fresh = "0h"', '要在 "1m" 到 "7d" 之间，不能是 "0h"'),
        ('fresh = "99999d"', '要在 "1m" 到 "7d" 之间，不能是 "99999d"'),
        ('rooms = "1群"', '要写成 "all"（所有群）或一串群名，如 ["幸福里1群"]，不能是 "1群"'),
        ("rooms = []", '要写成 "all"（所有群）或一串群名，如 ["幸福里1群"]，不能是 []'),
        ('titel = "早"', "没有这一项，是不是想写 title？"),
        ("colour = true", "没有这一项，可以写的有 title、cron、template、rooms、fresh"),
        ("这一行没有等号", '这一行读不懂：一行只写一项，文字放在英文引号里，如 cron = "30 7 * * *"'),
        ("title = “早”", '引号、等号和方括号要用英文的：" = [ ]，不能用中文的“ ” ＝ ［ ］'),
        ('template = "y"', "同一项写了两遍，留一个就好"),
        ("[早安]", '中文名字要放在英文引号里，如 ["早安问候"]'),
        ('["早安问候"]', "同一节写了两遍，合成一节或换个名字"),
        ("[spring]", '还缺 cron，例如 cron = "30 7 * * *"（每天 7 点半）'),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, line: str, problem: str) -> None:
    text = MORNING.replace('cron = "30 7 * * *"\n', "") if line.startswith("cron") else MORNING
    plan = read_plan(write(tmp_path, text + line + "\n"))
    assert (len((text + line).splitlines()), problem) in faults(plan)
    assert str(plan.faults[0]).startswith(str(tmp_path / "daily.toml"))


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    text = 'late = "x"\n[a]\ncron = "0 8 * * *"\n[b]\ncron = "x"\ntemplate = "t"\nfresh = 3\n'
    lines = [line for line, _ in faults(read_plan(write(tmp_path, text)))]
    assert lines == [1, 2, 5, 7]  # no table, no template, no cron, no span


def test_sound_posts_stand_beside_a_faulty_one(tmp_path: Path) -> None:
    plan = read_plan(write(tmp_path, MORNING + "[noon]\n"))
    assert [post.name for post in plan.posts] == ["早安问候"]


def test_of_two_posts_with_one_name_the_first_file_counts(tmp_path: Path) -> None:
    write(tmp_path, MORNING.replace("30 7", "0 9"), "zz.toml")
    plan = read_plan(write(tmp_path, MORNING))
    assert [post.cron for post in plan.posts] == ["30 7 * * *"]
    assert [(f.file, f.line, f.problem) for f in plan.faults] == [
        (str(tmp_path / "zz.toml"), 2, "别的文件里已经有同名的一节，换个名字")
    ]


def test_a_text_that_is_not_there_is_a_fault_until_it_is(tmp_path: Path) -> None:
    words = tmp_path / "templates"
    (words / "posts").mkdir(parents=True)
    files = PlanFiles(write(tmp_path / "plan", MORNING), words)
    assert faults(files.current()) == [(4, "找不到 posts/早安问候.j2，请检查名字")]
    (words / "posts" / "早安问候.j2").write_text("早", encoding="utf-8")
    assert faults(files.current()) == []
    assert len(files.current().posts) == 1


@pytest.mark.parametrize("content", [b"\xff\xfe[\x00", "早安".encode("gbk")])
def test_a_file_in_another_encoding(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "daily.toml").write_bytes(content)
    assert faults(read_plan(tmp_path)) == [(None, "不是 UTF-8 编码，请用 UTF-8 重新保存")]


def test_no_directory_is_a_fault_and_an_empty_one_is_a_shop_without_posts(tmp_path: Path) -> None:
    assert read_plan(tmp_path) == Plan()
    assert faults(read_plan(tmp_path / "nowhere")) == [(None, "没有这个文件夹")]


# While the bot runs


def test_a_changed_time_counts_at_the_next_look(tmp_path: Path) -> None:
    files = PlanFiles(write(tmp_path, MORNING))
    before = files.current()
    assert files.current() is before
    write(tmp_path, MORNING.replace("30 7", "0 8"))
    assert [post.cron for post in files.current().posts] == ["0 8 * * *"]


def test_a_broken_file_is_reported_and_its_last_good_version_stays(tmp_path: Path) -> None:
    files = PlanFiles(write(tmp_path, MORNING))
    write(tmp_path, '[noon]\ncron = "0 12 * * *"\ntemplate = "x"\n', "noon.toml")
    before = files.current()
    write(tmp_path, MORNING.replace("30 7", "30 27"))
    assert files.current().posts == before.posts
    assert faults(files.current()) == [(3, "第 2 格（时）看不懂“27”，要写 0 到 23 之间的数")]


def test_beside_a_broken_file_the_others_go_on_changing(tmp_path: Path) -> None:
    files = PlanFiles(write(tmp_path, MORNING))
    files.current()
    write(tmp_path, "[")
    write(tmp_path, '[noon]\ncron = "0 12 * * *"\ntemplate = "x"\n', "noon.toml")
    assert [post.name for post in files.current().posts] == ["早安问候", "noon"]
    write(tmp_path, MORNING.replace("30 7", "0 6"))
    assert [post.cron for post in files.current().posts] == ["0 6 * * *", "0 12 * * *"]
    assert files.current().faults == ()


def test_a_file_that_goes_takes_its_posts_along(tmp_path: Path) -> None:
    files = PlanFiles(write(tmp_path, MORNING))
    assert len(files.current().posts) == 1
    (tmp_path / "daily.toml").unlink()
    assert files.current().posts == ()


@given(st.text(alphabet=st.sampled_from("[]\"=.#\n 早a0*{},'\\"), max_size=60))
def test_whatever_is_written_the_answer_is_a_plan_with_lines_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    directory = write(tmp_path_factory.mktemp("plan"), text)
    plan = read_plan(directory)
    assert all(fault.line is None or 1 <= fault.line <= max(1, text.count("\n") + 1) for fault in plan.faults)
    assert all(fault.problem and "\n" not in fault.problem for fault in plan.faults)
