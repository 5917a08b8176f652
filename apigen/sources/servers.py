"""Where a document says its API is."""

import re
from urllib.parse import urljoin, urlsplit

from apigen.sandbox.addresses import DEFAULT_PORTS, endpoint
from apigen.sources.documents import Document, Unusable, shown


def base_url(document: Document, spec_url: str | None) -> str:
    """Return the document's first server, whole, its variables at their defaults.

    Raises:
        Unusable: If it names none, or one that cannot be read.
    """
    servers = document.tree.get("servers")
    first = servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], dict) else {"url": "/"}
    url = str(first.get("url") or "/")
    variables = first.get("variables")
    for name, variable in variables.items() if isinstance(variables, dict) else ():
        if isinstance(variable, dict):
            url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
    if "://" not in url:
        if spec_url is None:
            raise Unusable(f"its first server is {shown(url)}, which is no whole URL")
        url = urljoin(spec_url, url)
    return checked_base(url)


def checked_base(url: str) -> str:
    """Return a base URL without a slash at its end.

    Raises:
        Unusable: If it is not http or https, or has more than a host and a path.
    """
    try:
        parts = urlsplit(url)
        endpoint(parts.netloc)
        fine = parts.scheme in DEFAULT_PORTS and not parts.query and not parts.fragment
    except ValueError:
        fine = False
    if not fine or not url.isprintable() or re.search(r"[\s\\{}]", url) or ".." in parts.path.split("/"):
        raise Unusable(f"{shown(url)} is no http(s) URL of a host and a path")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
