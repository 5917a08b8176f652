"""Keys for REST APIs: read from the environment, sent, and hidden wherever they come back."""

import base64
import json
import re
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from pydantic import model_validator

from apigen.errors import ConfigError
from apigen.options import Options, environment_variable
from apigen.records import Json
from apigen.sandbox.broker import Pairs

HIDDEN = "***"
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


class AuthOptions(Options):
    """One way in, by names of environment variables: a bearer token, user and password, or a key in a header or the query."""

    bearer_env: str | None = None
    basic_user_env: str | None = None
    basic_password_env: str | None = None
    header: str | None = None
    query: str | None = None
    env: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "AuthOptions":
        given = {name for name, value in self if value}
        ways = ({"bearer_env"}, {"basic_user_env", "basic_password_env"}, {"header", "env"}, {"query", "env"})
        if given not in ways:
            raise ValueError(
                "write one of `bearer_env`, `basic_user_env` with `basic_password_env`, `header` with `env`, `query` with `env`"
            )
        return self

    @property
    def hides(self) -> tuple[str, str] | None:
        """The parameter (place, name in lower case) that is ours to give, and no argument."""
        if self.query:
            return "query", self.query.lower()
        return "header", (self.header or "Authorization").lower()

    def read(self) -> "Auth":
        """Return the headers and query to send.

        Raises:
            ConfigError: If a variable is not set, or holds what no header can.
        """
        if self.basic_user_env and self.basic_password_env:
            user, password = (_value(self, key) for key in ("basic_user_env", "basic_password_env"))
            token = base64.b64encode(f"{user}:{password}".encode()).decode()
            return Auth((("authorization", f"Basic {token}"),), (), (password, token))
        if self.bearer_env:
            token = _value(self, "bearer_env")
            return Auth((("authorization", f"Bearer {token}"),), (), (token,))
        key = _value(self, "env")
        if self.header:
            return Auth(((self.header, key),), (), (key,))
        return Auth((), ((self.query or "", key),), (key,))


@dataclass(frozen=True, slots=True)
class Auth:
    """What a request carries beside its arguments, and the secrets in it. Shows nothing of itself."""

    headers: Pairs = field(default=(), repr=False)
    query: Pairs = field(default=(), repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def hide(self, value: Json) -> Json:
        """Return the value with every secret in it replaced by ***, and with no half of a surrogate pair."""
        forms = {
            form
            for secret in self.secrets
            for form in (
                secret,
                quote(secret, safe=""),
                quote(secret),
                quote_plus(secret),
                json.dumps(secret)[1:-1],
                base64.b64encode(secret.encode()).decode(),
                base64.b64encode(secret.encode()).decode().rstrip("="),
            )
        }
        return _hidden(value, tuple(sorted(forms, key=lambda form: (-len(form), form))))


def _hidden(value: Json, forms: tuple[str, ...]) -> Json:
    if isinstance(value, str):
        for form in forms:
            value = value.replace(form, HIDDEN)
        return _LONE_SURROGATES.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_hidden(key, forms): _hidden(item, forms) for key, item in value.items()}
    if isinstance(value, list):
        return [_hidden(item, forms) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool) and str(value) in forms:
        return HIDDEN
    return value


def _value(options: AuthOptions, key: str) -> str:
    value = environment_variable(getattr(options, key), key).strip()
    if not value or (key != "basic_password_env" and not (value.isascii() and value.isprintable())):
        raise ConfigError(f"the environment variable {getattr(options, key)} holds no usable key", key=key)
    return value
