"""VWorld and Kakao: two geocoders on the internet, asked only when the study says so.

Keys come from the environment (``SHAREMAP_VWORLD_KEY``, ``SHAREMAP_KAKAO_KEY``) and go nowhere else: not into logs,
messages or files (:mod:`sharemap.sources.asking`). An answer counts only when the service says that it matched the very building or lot that was
asked for; road, dong and ward level answers are refused.
"""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sharemap.addresses import Address, parse
from sharemap.errors import InputError, StudyError
from sharemap.sources.asking import (
    KEY,
    Asking,
    Fault,
    Kind,
    Limits,
    Reply,
    Request,
    Transport,
    fault_of_status,
    key_in,
)
from sharemap.sources.geocoding.answers import ANSWERED_IN, Answer, Miss, of_several
from sharemap.units import CRS_WGS84

if TYPE_CHECKING:
    from types import TracebackType

    from sharemap.sources.geocoding.answers import By

__all__ = ["PROVIDERS", "Kakao", "Provider", "UnavailableError", "VWorld", "provider_named"]

_LIMITS = Limits(
    connect_s=5.0,
    read_s=20.0,
    whole_s=60.0,
    max_bytes=1 << 20,
    attempts=4,
    first_wait_s=0.5,
    longest_wait_s=5.0,
)
_OK = 200
#: Faults that end the questions to a service for this run, as people say them.
_LASTING: Mapping[Kind, str] = MappingProxyType(
    {
        "network": "no connection",
        "permission": "the key is refused",
        "quota": "the quota is used up",
        "refused": "its answer is not taken",
    }
)


class UnavailableError(Exception):
    """The service cannot answer now; says why, without the key or the address of the request."""

    def __init__(self, why: str, *, lasting: bool = False) -> None:
        super().__init__(why)
        self.lasting = lasting


class Provider(ABC):
    """One service, open for a run. Use as a context manager.

    Parameters
    ----------
    key
        From the environment variable of the service when not given.
    url
        Another address of the service, such as a gateway of the office.
    transport
        The way to the outside.

    Raises
    ------
    InputError
        If there is no key.
    """

    name: ClassVar[By]
    variable: ClassVar[str]
    key_page: ClassVar[str]
    url: ClassVar[str]

    def __init__(
        self, *, key: str | None = None, url: str | None = None, transport: Transport | None = None
    ) -> None:
        given = os.environ if key is None else {self.variable: key}
        self._key = key_in(self.variable, page=self.key_page, environ=given)
        if self._key is None:
            msg = f"the key for {self.name} is not set"
            remedy = f"put it into the environment variable {self.variable}, or take '{self.name}' out of [geocoding] online"
            raise InputError(msg, remedy=remedy)
        self._url = url or self.url
        self._transport = transport or Transport(_LIMITS, keep_alive=True)
        self._asking = Asking(self._transport, _read)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def __enter__(self) -> Self:
        self._transport.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.__exit__(kind, error, trace)

    def ask(self, address: Address) -> Answer | Miss:
        """Ask for one address.

        Raises
        ------
        UnavailableError
            If the service does not answer as agreed; ``lasting`` when it will not do so for the rest of the run.
        """
        found = self._ask(address)
        return of_several(found) if isinstance(found, Answer) and address.several else found

    @abstractmethod
    def _ask(self, address: Address) -> Answer | Miss: ...

    def _get(self, query: Mapping[str, str], *headers: tuple[str, str]) -> Mapping[str, Any]:
        """Return the JSON object that a service answers with."""
        request = Request(base=self._url, query=tuple(query.items()), headers=headers, key=self._key)
        found = self._asking.ask(request)
        if isinstance(found, Fault):
            why = _LASTING.get(found.kind)
            raise UnavailableError(f"{why} ({found.said})" if why else found.said, lasting=why is not None)
        return found

    def _answer(self, x: object, y: object, match: str) -> Answer | Miss:
        try:
            lon, lat = float(str(x)), float(str(y))
        except ValueError:
            return Miss(reason="geocoding_refused", value=f"{self.name}: {match} ({x}, {y})")
        from pyproj import Transformer

        east, north = Transformer.from_crs(CRS_WGS84, ANSWERED_IN, always_xy=True).transform(lon, lat)
        return Answer(x=east, y=north, by=self.name, confidence="medium", match=match)

    def _refused(self, match: str, why: str) -> Miss:
        return Miss(reason="geocoding_refused", value=f"{self.name}: {match} ({why})")


class VWorld(Provider):
    """브이월드 지오코더 2.0 (api.vworld.kr/req/address), for road and lot addresses.

    Errors come with HTTP 200 and ``status`` ``ERROR``; an address that is not known has ``NOT_FOUND``.
    """

    name = "vworld"
    variable = "SHAREMAP_VWORLD_KEY"
    key_page = "https://www.vworld.kr"
    url = "https://api.vworld.kr/req/address"
    _LASTING = frozenset(
        {"INVALID_KEY", "INCORRECT_KEY", "UNAVAILABLE_KEY", "OVER_REQUEST_LIMIT", "EXPIRED_KEY"}
    )

    def _ask(self, address: Address) -> Answer | Miss:
        kinds = ("ROAD", "PARCEL") if address.kind == "road" else ("PARCEL",)
        found: Answer | Miss = Miss(reason="address_not_found", value=address.text)
        for kind in kinds:
            found = self._ask_kind(address, kind)
            if not isinstance(found, Miss) or found.reason != "address_not_found":
                break
        return found

    def _ask_kind(self, address: Address, kind: str) -> Answer | Miss:
        fixed = {
            "service": "address",
            "request": "getcoord",
            "version": "2.0",
            "crs": "epsg:4326",
            "refine": "true",
            "simple": "false",
            "format": "json",
        }
        asked = {"type": kind, "address": address.question, "key": KEY}
        response = self._get(fixed | asked).get("response")
        response = response if isinstance(response, Mapping) else {}
        status = response.get("status")
        if status == "NOT_FOUND":
            return Miss(reason="address_not_found", value=address.text)
        if status != "OK":
            error = response.get("error")
            code = str(error.get("code", "")) if isinstance(error, Mapping) else ""
            why = f"an error of the service ({code or status})"
            raise UnavailableError(why, lasting=code in self._LASTING)
        return self._checked(address, response)

    def _checked(self, address: Address, response: Mapping[str, Any]) -> Answer | Miss:
        refined, result = response.get("refined"), response.get("result")
        match = str(refined.get("text", "")) if isinstance(refined, Mapping) else ""
        point = result.get("point") if isinstance(result, Mapping) else None
        if not isinstance(point, Mapping):
            return self._refused(match, "좌표 없음 no position")
        if (why := _differs(address, parse(match))) is not None:
            return self._refused(match, why)
        return self._answer(point.get("x"), point.get("y"), match)


class Kakao(Provider):
    """카카오 로컬 주소 검색 (dapi.kakao.com/v2/local/search/address.json).

    Its terms limit how long answers may be kept; the cache forgets them after 30 days.
    """

    name = "kakao"
    variable = "SHAREMAP_KAKAO_KEY"
    key_page = "https://developers.kakao.com"
    url = "https://dapi.kakao.com/v2/local/search/address.json"

    def _ask(self, address: Address) -> Answer | Miss:
        parameters = {"query": address.question, "analyze_type": "exact", "size": "10"}
        answer = self._get(parameters, ("Authorization", f"KakaoAK {KEY}"))
        documents = answer.get("documents")
        if not isinstance(documents, list):
            code = answer.get("code", answer.get("errorType", "no documents"))
            why = f"an error of the service ({code})"
            raise UnavailableError(why)
        found = [item for item in documents if isinstance(item, Mapping)]
        if not found:
            return Miss(reason="address_not_found", value=address.text)
        return self._chosen(address, found)

    def _chosen(self, address: Address, documents: list[Mapping[str, Any]]) -> Answer | Miss:
        # 세종로 1-68 reads like a road address, and is a lot of the legal dong 세종로
        parts = ("road_address", "address") if address.kind == "road" else ("address",)
        for part in parts:
            same = [
                item for item in documents if _differs(address, _kakao_address(item.get(part), part)) is None
            ]
            if same:
                return self._only(address, same, part)
        match = str(documents[0].get("address_name", ""))
        why = _differs(address, _kakao_address(documents[0].get(parts[0]), parts[0]))
        return self._refused(match, why or "")

    def _only(self, address: Address, same: list[Mapping[str, Any]], part: str) -> Answer | Miss:
        names = {str(item[part].get("address_name", "")) for item in same}
        if len(names) > 1:
            return Miss(reason="address_ambiguous", value=f"{address.text}: {', '.join(sorted(names)[:3])}")
        inner = same[0][part]
        x, y = (inner.get(axis) or same[0].get(axis) for axis in ("x", "y"))
        return self._answer(x, y, names.pop())


def _kakao_address(part: object, kind: str) -> Address:
    """Return what Kakao matched; an address of a region or a road has no number and comes back without a kind."""
    if not isinstance(part, Mapping):
        return Address()
    said = {key: str(value or "").strip() for key, value in part.items()}
    names = (
        ("main_building_no", "sub_building_no")
        if kind == "road_address"
        else ("main_address_no", "sub_address_no")
    )
    main, sub = (int(text) if (text := said.get(name, "")).isdecimal() else 0 for name in names)
    if not main:
        return Address()
    region = parse(f"{said.get('region_1depth_name', '')} {said.get('region_2depth_name', '')} 가동 1")
    road = kind == "road_address"
    return Address(
        sido=region.sido,
        ward=region.ward,
        road=said.get("road_name", "").replace(" ", "") if road else "",
        dong=said.get("region_3depth_name", ""),
        main=main,
        sub=sub,
        underground=road and said.get("underground_yn") == "Y",
        mountain=not road and said.get("mountain_yn") == "Y",
        kind="road" if road else "lot",
    )


def _differs(asked: Address, matched: Address) -> str | None:
    """Return in what a matched address differs from the one asked for, or None when it is that one."""
    if not matched.kind:
        return "건물·지번 수준이 아님 no building or lot"
    if not matched.in_seoul or (asked.ward and matched.ward != asked.ward):
        return "다른 자치구 another ward"
    numbers = [(one.main, one.sub, one.underground, one.mountain) for one in (asked, matched)]
    if numbers[0] != numbers[1]:
        return "다른 번호 another number"
    names = {matched.road or matched.dong, *((matched.dong,) if asked.kind == "lot" else ())}
    # a lot of an administrative dong (신당5동 100-1) may come back with its legal dong
    plain = (asked.road or asked.dong).rstrip("동").rstrip("0123456789.")
    same = (asked.road or asked.dong) in names or (asked.kind == "lot" and f"{plain}동" in names)
    return None if same else "다른 도로·동 another road or dong"


def _read(reply: Reply) -> Mapping[str, Any] | Fault:
    if reply.status != _OK:
        return fault_of_status(reply)
    try:
        answer = json.loads(reply.body)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, Mapping):
        return answer
    return Fault(kind="garbled", text="an answer that is no JSON object")


PROVIDERS: Mapping[str, type[Provider]] = MappingProxyType({"vworld": VWorld, "kakao": Kakao})


def provider_named(name: str) -> type[Provider]:
    """Return a service by its name.

    Raises
    ------
    StudyError
        If there is none of that name.
    """
    try:
        return PROVIDERS[name]
    except KeyError:
        msg = "an unknown online geocoder"
        remedy = f"use some of {', '.join(PROVIDERS)}"
        raise StudyError(msg, column="[geocoding] online", value=name, remedy=remedy) from None
