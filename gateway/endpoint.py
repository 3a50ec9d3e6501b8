"""Where the gateway is, read from the environment names that wechaty's own clients use.

As wechaty-puppet-service 1.19 (src/auth/env-vars.ts, src/client/grpc-manager.ts) reads them:
  WECHATY_PUPPET_SERVICE_TOKEN                   the token; what stands before its last "_" is the server's TLS name
  WECHATY_PUPPET_SERVICE_ENDPOINT                host:port
  WECHATY_PUPPET_SERVICE_NO_TLS_INSECURE_CLIENT  "true": no TLS; anything else wechaty takes for "false"
  WECHATY_PUPPET_SERVICE_TLS_CA_CERT             a root certificate (PEM, \\n for newlines); else wechaty's own
  WECHATY_PUPPET_SERVICE_TLS_SERVER_NAME         the server's TLS name, if the token does not say it
A token without an endpoint makes wechaty ask its public directory; we do not, and ask for the endpoint instead.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

TOKEN = "WECHATY_PUPPET_SERVICE_TOKEN"  # noqa: S105 - the name of a variable, not a token
ENDPOINT = "WECHATY_PUPPET_SERVICE_ENDPOINT"
NO_TLS = "WECHATY_PUPPET_SERVICE_NO_TLS_INSECURE_CLIENT"
CA_CERT = "WECHATY_PUPPET_SERVICE_TLS_CA_CERT"
SERVER_NAME = "WECHATY_PUPPET_SERVICE_TLS_SERVER_NAME"

# The root that every wechaty client trusts by default (wechaty-puppet-service, src/auth/ca.ts), valid until 2031-08.
# The key of the matching default server certificate is public: it hides the words from a passer-by, it proves nothing.
_WECHATY_CA = Path(__file__).with_name("wechaty_ca.pem")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A gateway: `tls` is None for a plain connection, `server_name` what its certificate must be made out to."""

    host: str
    port: int
    token: str = field(repr=False)
    tls: ssl.SSLContext | None = None
    server_name: str | None = None


def endpoint_from(env: Mapping[str, str]) -> Endpoint | None:
    """The gateway that `env` describes, None if it names none. Raises ValueError that names the wrong variable."""
    token, address = env.get(TOKEN, "").strip(), env.get(ENDPOINT, "").strip()
    if not token and not address:
        return None
    if not token:
        raise ValueError(f"{TOKEN} 还没写：填了 {ENDPOINT}，没有 token 网关不会应答")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError(f"{TOKEN} 只能是英文字母、数字和符号，中间没有空格，照网关服务商给的原样抄")
    if not address:
        raise ValueError(f"{ENDPOINT} 还没写：填网关的地址，如 127.0.0.1:8788")
    host, port = _host_and_port(address)
    if _switch(env, NO_TLS):
        return Endpoint(host, port, token)
    return Endpoint(host, port, token, _trusting(env.get(CA_CERT, "")), _server_name(env, token))


def _host_and_port(address: str) -> tuple[str, int]:
    wrong = ValueError(f"{ENDPOINT} 要写成 主机:端口，如 127.0.0.1:8788，现在写的是 {address}")
    try:
        parts = urlsplit(address if "://" in address else f"grpc://{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise wrong from None
    if not host or not port or parts.path.strip("/") or parts.query or parts.username:
        raise wrong
    return host, port


def _switch(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "").strip().lower()
    if value not in ("", "true", "false"):
        raise ValueError(f"{name} 只能写 true 或 false，现在写的是 {env[name]}")
    return value == "true"


def _trusting(certificate: str) -> ssl.SSLContext:
    """A client context that trusts one root and speaks HTTP/2."""
    try:
        pem = certificate.replace("\\n", "\n") if certificate.strip() else _WECHATY_CA.read_text("ascii")
        context = ssl.create_default_context(cadata=pem)
    except (ssl.SSLError, ValueError) as error:
        raise ValueError(f"{CA_CERT} 里不是 PEM 格式的证书（{error}）") from None
    context.set_alpn_protocols(["h2"])
    return context


def _server_name(env: Mapping[str, str], token: str) -> str:
    name = env.get(SERVER_NAME, "").strip() or token.rpartition("_")[0].lower()
    if not name:
        raise ValueError(
            f"{TOKEN} 里看不出网关证书上的名字（像 insecure_… 这样开头的才有）："
            f"网关没开 TLS 就写 {NO_TLS}=true，开了就在 {SERVER_NAME} 里写上名字"
        )
    return name
