"""Where the gateway is, as wechaty's own environment names say it."""

import pytest

from gateway.endpoint import Endpoint, endpoint_from

P = "WECHATY_PUPPET_SERVICE_"
GOOD = {f"{P}TOKEN": "insecure_1", f"{P}ENDPOINT": "gateway.example:8788", f"{P}NO_TLS_INSECURE_CLIENT": "true"}


def test_no_names_mean_no_gateway() -> None:
    assert endpoint_from({"PATH": "/bin", f"{P}TOKEN": " "}) is None


def test_without_tls_only_token_and_address_count() -> None:
    assert endpoint_from({**GOOD, f"{P}TOKEN": "no-name"}) == Endpoint("gateway.example", 8788, "no-name")


@pytest.mark.parametrize(
    ("address", "host"),
    [("10.0.0.7:8788", "10.0.0.7"), ("[::1]:8788", "::1"), ("https://gateway.example:8788/", "gateway.example")],
)
def test_addresses_are_read_in_every_form(address: str, host: str) -> None:
    found = endpoint_from({**GOOD, f"{P}ENDPOINT": address})
    assert found is not None
    assert (found.host, found.port) == (host, 8788)


@pytest.mark.parametrize("switch", ["", "false", "False"])
def test_tls_is_on_unless_switched_off(switch: str) -> None:
    found = endpoint_from({**GOOD, f"{P}TOKEN": "Puppet_PadLocal_1", f"{P}NO_TLS_INSECURE_CLIENT": switch})
    assert found is not None
    assert found.tls is not None
    assert found.tls.check_hostname
    assert found.server_name == "puppet_padlocal"


def test_a_server_name_of_its_own_comes_first() -> None:
    names = {**GOOD, f"{P}NO_TLS_INSECURE_CLIENT": "false", f"{P}TLS_SERVER_NAME": "shop.example"}
    found = endpoint_from(names)
    assert found is not None
    assert found.server_name == "shop.example"


def test_the_token_is_not_shown() -> None:
    assert "insecure_1" not in repr(endpoint_from(GOOD))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN", ""),
        ("TOKEN", "two words"),
        ("TOKEN", "令牌"),
        ("ENDPOINT", ""),
        ("ENDPOINT", "gateway.example"),
        ("ENDPOINT", ":8788"),
        ("ENDPOINT", "gateway.example:port"),
        ("ENDPOINT", "gateway.example:99999"),
        ("ENDPOINT", "gateway.example:8788/path"),
        ("ENDPOINT", "[::1:8788"),
        ("NO_TLS_INSECURE_CLIENT", "yes"),
        ("NO_TLS_INSECURE_CLIENT", "1"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=P + name):
        endpoint_from({**GOOD, P + name: value})


@pytest.mark.parametrize(
    ("more", "named"),
    [({"TLS_CA_CERT": "no certificate"}, "TLS_CA_CERT"), ({"TOKEN": "without-a-name"}, "TLS_SERVER_NAME")],
)
def test_what_tls_needs_is_named(more: dict[str, str], named: str) -> None:
    names = {**GOOD, f"{P}NO_TLS_INSECURE_CLIENT": "false", **{P + name: value for name, value in more.items()}}
    with pytest.raises(ValueError, match=P + named):
        endpoint_from(names)
