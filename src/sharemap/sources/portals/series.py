"""What a portal is asked: the pages of one service, request by request.

The three portals differ in how they count pages, where the key goes and what comes around the rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sharemap.errors import FetchError
from sharemap.sources.asking import KEY, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sharemap.catalog.portals import Service
    from sharemap.sources.asking import Key

__all__ = [
    "Door",
    "Role",
    "Series",
    "download_columns",
    "download_rows",
    "eshare_details",
    "eshare_list",
    "national_rows",
    "seoul_rows",
]

Role = Literal["rows", "columns", "details"]

_TRIAL_ROWS = 5  # the trial key of data.seoul.go.kr gives no more
_AGENCY = frozenset({"INSTT_CODE", "INSTT_NM"})  # asked for, they make the answer of the download empty
_DETAIL_BATCH = 100


@dataclass(frozen=True, kw_only=True)
class Series:
    """The pages of one service.

    Attributes
    ----------
    name
        The service, as page files are called.
    role
        ``"rows"`` of the table, the ``"columns"`` that name its fields, or ``"details"`` joined to the rows.
    size
        Rows that one page is asked for.
    request
        Page number (from 1) and size -> request.
    answers_as
        The envelope that the service is known to answer in, if it has one.
    pages
        How many pages there are, when that is known beforehand.
    total
        How many rows there are, when something else than the page says so.
    headers
        Field code -> the header that people know.
    join
        The field that details are joined by.
    """

    name: str
    size: int
    request: Callable[[int, int], Request]
    role: Role = "rows"
    answers_as: str = ""
    pages: int | None = None
    total: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    join: str = ""

    @property
    def signature(self) -> dict[str, Any]:
        """What must be the same for kept pages to be gone on with."""
        first = self.request(1, self.size)
        return {"method": first.method, "endpoint": first.shown, "parameters": first.parameters}


@dataclass(frozen=True, kw_only=True)
class Door:
    """Where a service is asked: the portal's address, the user's key and the page size."""

    url: str
    size: int
    key: Key | None = None


def seoul_rows(service: Service, door: Door) -> Series:
    """Return the pages of a service of data.seoul.go.kr: the key and the rows, counted from 1, are in the path."""
    trial = door.key is not None and door.key.is_public

    def request(number: int, size: int) -> Request:
        first = (number - 1) * size + 1
        tail = "".join(f"{value}/" for value in service.parameters.values())
        path = f"/{KEY}/json/{service.service}/{first}/{first + size - 1}/{tail}"
        return Request(base=door.url, path=path, key=door.key)

    return Series(
        name=service.service,
        size=_TRIAL_ROWS if trial else door.size,
        request=request,
        answers_as=service.answers_as,
        pages=1 if trial else None,
    )


def national_rows(service: Service, door: Door) -> Series:
    """Return the pages of a standard dataset of data.go.kr; the key is sent encoded exactly once."""

    def request(number: int, size: int) -> Request:
        paging = (("pageNo", str(number)), ("numOfRows", str(size)), ("type", "json"))
        query = (("serviceKey", KEY), *paging, *service.parameters.items())
        return Request(base=door.url, path=f"/openapi/{service.service}", query=query, key=door.key)

    return Series(name=service.service, size=door.size, request=request, answers_as="response")


def download_columns(dataset: str, door: Door) -> Series:
    """Return the first step of the keyless download of a standard dataset: its fields and its number of rows."""

    def request(_number: int, _size: int) -> Request:
        return Request(
            base=door.url, path="/download/columList.json", query=(("pk", dataset), ("ext", "CSV"))
        )

    return Series(name=f"{dataset}_columns", size=0, request=request, role="columns", pages=1)


def download_rows(dataset: str, columns: Any, door: Door) -> Series:  # noqa: ANN401  the portal's JSON
    """Return the second step of the keyless download: the rows.

    Raises
    ------
    FetchError
        If the first step did not say what there is to ask for.
    """
    table = columns.get("tableVO") if isinstance(columns, dict) else None
    listed = columns.get("columList") if isinstance(columns, dict) else None
    named = {
        str(item["columCode"]): str(item["columNm"])
        for item in (listed if isinstance(listed, list) else ())
        if isinstance(item, dict) and item.get("columCode") and item.get("columNm")
    }
    fields = table.get("colNmList") if isinstance(table, dict) else None
    wanted = [str(code) for code in (fields or named) if str(code) not in _AGENCY]
    total = str(columns.get("totalCount", "")).replace(",", "") if isinstance(columns, dict) else ""
    if not isinstance(table, dict) or not table.get("svcTableNm") or not wanted or not total.isdigit():
        msg = (
            "the portal's download button works in another way now: it names no fields and no number of rows"
        )
        remedy = "set SHAREMAP_DATA_GO_KR_KEY to use the API, or download the CSV by hand"
        raise FetchError(msg, file=f"data.go.kr {dataset}", remedy=remedy)
    fixed = [("publicDataPk", dataset), ("svcTableNm", str(table["svcTableNm"])), ("totalCount", total)]
    fixed += [("colNmList", code) for code in wanted]

    def request(number: int, size: int) -> Request:
        query = (*fixed, ("perPage", str(size)), ("page", str(number)))
        return Request(base=door.url, path="/download/standard.json", query=query)

    return Series(name=dataset, size=door.size, request=request, total=int(total), headers=named)


def eshare_list(service: Service, door: Door) -> Series:
    """Return the pages of a class of resources of eshare.go.kr: a POST with a body, the key in the path."""

    def request(number: int, size: int) -> Request:
        body = {"pageNo": number, "numOfRows": size, **service.parameters}
        path = f"/eshare-openapi/rsrc/list/{service.service}/{KEY}"
        return Request(base=door.url, path=path, body=body, key=door.key)

    return Series(name=f"eshare-{service.service}", size=door.size, request=request)


def eshare_details(service: Service, door: Door, numbers: Sequence[str]) -> Series:
    """Return the details of listed resources, a hundred at a time."""
    batches = [numbers[first : first + _DETAIL_BATCH] for first in range(0, len(numbers), _DETAIL_BATCH)]

    def request(number: int, _size: int) -> Request:
        body = {"rsrcNoList": list(batches[number - 1])}
        return Request(base=door.url, path=f"/eshare-openapi/rsrc/detail/{KEY}", body=body, key=door.key)

    return Series(
        name=f"eshare-{service.service}_details",
        size=_DETAIL_BATCH,
        request=request,
        role="details",
        pages=len(batches),
        total=len(numbers),
        join="rsrcNo",
    )
