"""What .env says: every wrong variable is named, paths are found wherever the bot is started, odd files are named."""

from pathlib import Path

import pytest

from front.settings import ROOT, Settings, SettingsFault, database_address, read_settings

TOKEN, ENDPOINT = "WECHATY_PUPPET_SERVICE_TOKEN", "WECHATY_PUPPET_SERVICE_ENDPOINT"


@pytest.fixture
def env(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def written(env: Path, text: str, **environment: str) -> Settings:
    env.write_text(text, encoding="utf-8")
    return read_settings(env, environment)


def problems(env: Path, text: str, **environment: str) -> list[str]:
    with pytest.raises(SettingsFault) as fault:
        written(env, text, **environment)
    return fault.value.problems


def test_without_env_everything_lies_beside_the_program(env: Path) -> None:
    settings = read_settings(env, {})
    assert settings.database_url == f"sqlite:///{ROOT / 'data' / 'bot.db'}"
    assert (settings.templates, settings.schedules) == (ROOT / "templates", ROOT / "schedules")
    assert (settings.endpoint, settings.owner_id, settings.webhook) == (None, None, None)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("DATABASE_URL=bot.db", "DATABASE_URL"),
        ("DATABASE_URL=postgresql://localhost/shop", "DATABASE_URL"),
        ("DATABASE_URL=sqlite+aiosqlite:///bot.db", "DATABASE_URL"),
        ("DATABASE_URL=sqlite://", "DATABASE_URL"),
        ("DATABASE_URL=sqlite:///:memory:", "DATABASE_URL"),
        ("TEMPLATES_DIR=nowhere", "TEMPLATES_DIR"),
        ("SCHEDULES_DIR=nowhere", "SCHEDULES_DIR"),
        ("SHOP_FILE=nowhere.toml", "SHOP_FILE"),
        ("WECOM_WEBHOOK=qyapi.weixin.qq.com/x", "WECOM_WEBHOOK"),
        ("WECOM_WEBHOOK=https://", "WECOM_WEBHOOK"),
        ("OWNER_ID=wxid_wang wxid_li", "OWNER_ID"),
        ("WECOM_WEBHOOK=http://[x", "WECOM_WEBHOOK"),
        (f"{TOKEN}=secret", ENDPOINT),
        (f"{ENDPOINT}=localhost:8788", TOKEN),
        (f"{TOKEN}=secret\n{ENDPOINT}=localhost", ENDPOINT),
        (f"{TOKEN}=两个字\n{ENDPOINT}=localhost:8788", TOKEN),
        (
            f"{TOKEN}=t\n{ENDPOINT}=localhost:8788\nWECHATY_PUPPET_SERVICE_NO_TLS_INSECURE_CLIENT=perhaps",
            "WECHATY_PUPPET_SERVICE_NO_TLS_INSECURE_CLIENT",
        ),
    ],
)
def test_a_wrong_variable_is_named(env: Path, line: str, named: str) -> None:
    (problem,) = problems(env, line)
    assert named in problem


def test_all_that_is_wrong_is_named_at_once(env: Path) -> None:
    found = problems(env, "DATABASE_URL=x\nTEMPLATES_DIR=nowhere\nWECOM_WEBHOOK=x\n")
    assert [line.split(" ")[0] for line in found] == ["DATABASE_URL", "TEMPLATES_DIR", "WECOM_WEBHOOK"]


def test_no_problem_shows_a_token(env: Path) -> None:
    found = problems(env, f"{TOKEN}=very secret\n{ENDPOINT}=localhost\n")
    assert "secret" not in "".join(found)


@pytest.mark.parametrize("line", ["OWNER_ID", "this is no setting", "'OWNER_ID=wxid"])
def test_a_line_that_says_nothing_is_named_with_its_number(env: Path, line: str) -> None:
    (problem,) = problems(env, f"# a comment\n\n{line}\n")
    assert "第3行" in problem


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_a_file_in_another_encoding_is_named(env: Path, encoding: str) -> None:
    env.write_bytes("OWNER_ID=店主".encode(encoding))
    with pytest.raises(SettingsFault, match="UTF-8"):
        read_settings(env, {})


def test_a_folder_called_env_is_named(env: Path) -> None:
    env.mkdir()
    with pytest.raises(SettingsFault, match="打不开"):
        read_settings(env, {})


def test_the_mark_that_windows_editors_put_in_front_is_no_part_of_a_name(env: Path) -> None:
    env.write_bytes(b"\xef\xbb\xbfOWNER_ID=wxid_1\r\n")
    assert read_settings(env, {}).owner_id == "wxid_1"


def test_the_environment_overrules_the_file(env: Path) -> None:
    assert written(env, "OWNER_ID=file\n", OWNER_ID="environment").owner_id == "environment"


def test_an_empty_value_is_none(env: Path) -> None:
    settings = written(env, "OWNER_ID=\nWECOM_WEBHOOK= \nDATABASE_URL=\n")
    assert (settings.owner_id, settings.webhook) == (None, None)
    assert settings.database_url == f"sqlite:///{ROOT / 'data' / 'bot.db'}"


def test_a_path_in_the_file_starts_from_the_file(env: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    settings = written(env, "DATABASE_URL=sqlite:///data/bot.db\nTEMPLATES_DIR=words\n")
    assert settings.database_url == f"sqlite:///{tmp_path / 'data' / 'bot.db'}"
    assert settings.templates == tmp_path / "words"


def test_a_whole_path_in_the_file_stays(env: Path, tmp_path: Path) -> None:
    assert written(env, f"DATABASE_URL=sqlite:///{tmp_path}/bot.db\n").database_url == f"sqlite:///{tmp_path}/bot.db"


def test_a_path_in_the_environment_starts_from_where_the_bot_is_started(env: Path) -> None:
    assert written(env, "", DATABASE_URL="sqlite:///here.db").database_url == "sqlite:///here.db"


def test_the_gateway_is_read_as_wechatys_own_clients_read_it(env: Path) -> None:
    settings = written(env, f"{TOKEN}=insecure_t\n{ENDPOINT}=127.0.0.1:8788\n")
    assert settings.endpoint is not None
    assert (settings.endpoint.host, settings.endpoint.port) == ("127.0.0.1", 8788)


def test_an_address_is_named_by_where_it_was_written() -> None:
    with pytest.raises(SettingsFault, match="--db"):
        database_address("bot.db", "--db")


def test_every_variable_of_the_example_is_read(env: Path) -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    names = {line.removeprefix("# ").split("=")[0] for line in lines if line.startswith("# ") and "=" in line}
    source = "".join((ROOT / path).read_text(encoding="utf-8") for path in ("front/settings.py", "gateway/endpoint.py"))
    assert names
    assert [name for name in names if name not in source] == []


# Names that are nearly right


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("WECHATY_PUPPET_SERVICE_TOKN=t", "WECHATY_PUPPET_SERVICE_TOKEN"),
        ("DATABASE_URI=sqlite:///data/shop.db", "DATABASE_URL"),
        ("OWNERID=wxid_1", "OWNER_ID"),
        ("owner_id=wxid_1", "OWNER_ID"),
        ("TEMPLATE_DIR=words", "TEMPLATES_DIR"),
        ("WECOM_WEB_HOOK=https://x.example", "WECOM_WEBHOOK"),
        ("WECHATY_PUPPET_SERVICE_NO_TLS_INSECURE=true", "WECHATY_PUPPET_SERVICE_NO_TLS_INSECURE_CLIENT"),
    ],
)
def test_a_misspelt_name_is_named_with_its_line_and_the_right_one(env: Path, line: str, meant: str) -> None:
    (problem,) = problems(env, f"# 店主\n\n{line}\n")
    assert f"{env} 第3行：没有 {line.partition('=')[0]} 这一项，是不是想写 {meant}？" == problem


@pytest.mark.parametrize(
    "line",
    [
        "TZ=Asia/Shanghai",
        "WECHATY_LOG=silly",
        "WECHATY_PUPPET_SERVICE_NO_TLS_INSECURE_SERVER=true",
        "DATABASE_URL_OF_OLD=sqlite:///old.db",
        "DATABASE_URL=sqlite:///data/shop.db\nDATABASE_URI=sqlite:///data/shop.db",
    ],
)
def test_what_others_read_from_the_file_is_left_alone(env: Path, line: str) -> None:
    assert written(env, f"{line}\n").owner_id is None


def test_a_broken_line_is_named_by_us_alone(env: Path, caplog: pytest.LogCaptureFixture) -> None:
    (problem,) = problems(env, "OWNER_ID=wxid_1\n'broken\n")
    assert problem == f"{env} 第2行看不懂，要写成 名字=值"
    assert caplog.records == []
