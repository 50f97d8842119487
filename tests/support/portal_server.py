"""A server on this computer that plays the three portals, with the faults that they are known for."""

from __future__ import annotations

import gzip
import json
import os
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from unittest import mock
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = {"seoul": "5a4b6c7d8e9f4a5b6c7d", "national": "aB3+xY/9zQ==kk+/==", "eshare": "f00dfeedf00dfeed1234"}


@dataclass
class Call:
    """One request as it came in."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: dict
    headers: dict[str, str]


@dataclass
class Portal:
    """What the server answers.

    ``rows`` by service; ``faults`` maps the number of a call (from 1) to what happens instead of the answer;
    ``change`` may alter an answer before it is sent; ``cap`` is the most rows of a page, ``clamp`` sends the last
    page for any page after it.
    """

    url: str = ""
    rows: dict[str, list[dict]] = field(default_factory=dict)
    envelopes: dict[str, str] = field(default_factory=dict)
    faults: dict[int, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    always: Callable[[BaseHTTPRequestHandler], None] | None = None
    change: Callable[[int, Call, dict], dict] | None = None
    cap: int = 10**9
    clamp: bool = False
    total: Callable[[int, int], object] = lambda rows, _page_rows: rows
    calls: list[Call] = field(default_factory=list)
    no_details: bool = False


def station(number: int) -> dict:
    return {
        "STA_LOC": "구로구",
        "RENT_ID": f"ST-{number}",
        "RENT_NO": f"{number:05d}",
        "RENT_NM": f"역 {number}번 출구",
        "HOLD_NUM": "10",
        "STA_ADD1": f"서울특별시 구로구 구로동 {number}",
        "STA_LAT": f"{37.48 + number * 1e-6:.6f}",
        "STA_LONG": f"{126.88 + number * 1e-6:.6f}",
    }


def stations(count: int) -> list[dict]:
    return [station(number) for number in range(1, count + 1)]


# ---------------------------------------------------------------------------------------------- faults


def send(handler, body, *, status=200, kind="application/json;charset=UTF-8", headers=None):
    data = body if isinstance(body, bytes) else body.encode()
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(data)))
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)


def says(body, **more):
    return lambda handler: send(handler, body, **more)


def says_json(content, **more):
    return says(json.dumps(content, ensure_ascii=False), **more)


def seoul_xml(code, message="메시지"):
    text = f"<RESULT><CODE>{code}</CODE><MESSAGE><![CDATA[{message}]]></MESSAGE></RESULT>"
    return says(text, kind="application/xml;charset=UTF-8")


def national_xml(code, name):
    text = (
        "<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg>"
        f"<returnAuthMsg>{name}</returnAuthMsg><returnReasonCode>{code}</returnReasonCode>"
        "</cmmMsgHeader></OpenAPI_ServiceResponse>"
    )
    return says(text, kind="text/xml;charset=UTF-8")


HTML = says(
    "<!DOCTYPE html><html><head><title>서비스 점검 중</title></head><body>점검</body></html>",
    kind="text/html",
)


def silent(seconds):
    return lambda _handler: time.sleep(seconds)


def drips(seconds):
    def fault(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(int(seconds / 0.05)):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)

    return fault


def resets(handler):
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def breaks_off(handler):
    """Announce more bytes than are sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"stationInfo": {"list_total')


def half_json(handler):
    send(handler, '{"stationInfo": {"list_total_count": 3, "row": [{"RENT_ID": "ST-1", "RENT')


BOMB = gzip.compress(b" " * 8_000_000)


def inflates(handler):
    send(handler, BOMB, headers={"Content-Encoding": "gzip"})


def moves_to(url, status=302):
    return lambda handler: send(handler, "", status=status, headers={"Location": url})


# ---------------------------------------------------------------------------------------------- the portals


def make_handler(portal: Portal):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_args):
            pass

        def do_GET(self):
            self._serve("GET")

        def do_POST(self):
            self._serve("POST")

        def _serve(self, method):
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else {}
            call = Call(method, parts.path, parse_qs(parts.query), body, dict(self.headers))
            portal.calls.append(call)
            number = len(portal.calls)
            fault = portal.faults.get(number) or portal.always
            try:
                if fault:
                    self.close_connection = True
                    fault(self)
                else:
                    self._answer(number, call)
            except (BrokenPipeError, ConnectionResetError, OSError):
                self.close_connection = True

        def _answer(self, number, call):
            answer = answer_of(portal, call)
            if callable(answer):
                answer(self)
                return
            if portal.change:
                answer = portal.change(number, call, answer)
            send(self, json.dumps(answer, ensure_ascii=False))

    return Handler


def answer_of(portal, call):
    steps = [unquote(step) for step in call.path.strip("/").split("/")]
    if steps[0] == "openapi":
        return national(portal, call, steps[1])
    if steps[0] == "download":
        return download(portal, call, steps[1])
    return eshare(portal, call, steps) if steps[0] == "eshare-openapi" else seoul(portal, steps)


def cut(portal, service, number, size):
    rows = portal.rows[service]
    size = min(size, portal.cap)
    last = max(1, -(-len(rows) // size))
    number = min(number, last) if portal.clamp else number
    return rows[(number - 1) * size : number * size]


def seoul(portal, steps):
    key, kind, service, first, last = steps[:5]
    if key != KEYS["seoul"] and not (key == "sample" and int(last) <= 5):
        return seoul_xml("INFO-100", f"인증키가 유효하지 않습니다. {key}")
    if kind != "json" or service not in portal.rows:
        return says_json({"RESULT": {"CODE": "ERROR-310", "MESSAGE": "해당하는 서비스를 찾을 수 없습니다."}})
    first, last = int(first), int(last)
    if last - first >= 1000:
        return seoul_xml("ERROR-336", "1000건 초과")
    rows = portal.rows[service][first - 1 : min(last, first - 1 + portal.cap)]
    if not rows:
        return says_json({"RESULT": {"CODE": "INFO-200", "MESSAGE": "해당하는 데이터가 없습니다."}})
    content = {
        "list_total_count": portal.total(len(portal.rows[service]), len(rows)),
        "RESULT": {"CODE": "INFO-000", "MESSAGE": "정상 처리되었습니다"},
        "row": rows,
    }
    return {portal.envelopes.get(service, service): content}


def national(portal, call, service):
    if call.query.get("serviceKey") != [KEYS["national"]]:
        return national_xml("30", "SERVICE_KEY_IS_NOT_REGISTERED_ERROR")
    number, size = int(call.query["pageNo"][0]), int(call.query["numOfRows"][0])
    rows = cut(portal, service, number, size)
    if not rows:
        return {"response": {"header": {"resultCode": "03", "resultMsg": "NODATA_ERROR"}, "body": None}}
    body = {"items": rows, "totalCount": str(len(portal.rows[service])), "numOfRows": size, "pageNo": number}
    return {"response": {"header": {"resultCode": "00", "resultMsg": "NORMAL_SERVICE"}, "body": body}}


def download(portal, call, step):
    pk = (call.query.get("pk") or call.query.get("publicDataPk"))[0]
    rows = portal.rows[pk]
    headers = portal.envelopes[pk]  # code -> Korean header
    if step == "columList.json":
        listed = [{"columCode": code, "columNm": name} for code, name in headers.items()]
        listed += [{"columCode": "INSTT_CODE", "columNm": "제공기관코드"}]
        table = {"svcTableNm": "tn_pubr_svc", "colNmList": list(headers)}
        return {"columList": listed, "totalCount": len(rows), "tableVO": table}
    if call.query.get("svcTableNm") != ["tn_pubr_svc"] or "INSTT_CODE" in call.query["colNmList"]:
        return says("")
    number, size = int(call.query["page"][0]), int(call.query["perPage"][0])
    codes = call.query["colNmList"]
    part = [{code: row.get(code) for code in codes} for row in cut(portal, pk, number, size)]
    return says_json(part)


def eshare(portal, call, steps):
    if call.method != "POST":
        return says_json({"code": 400, "message": "잘못된요청"}, status=400)
    if steps[-1] != KEYS["eshare"]:
        return says_json({"code": 401, "message": "잘못된권한"}, status=401)
    if steps[2] == "detail":
        if portal.no_details:
            return says_json({"code": 401, "message": "잘못된권한"}, status=401)
        wanted = set(call.body["rsrcNoList"])
        assert len(wanted) <= 100
        every = [row for rows in portal.rows.values() for row in rows if row.get("rsrcNo") in wanted]
        used = {"usePsblYn": "N", "rsrcInstNm": "구로구", "lat": 1}
        data = [
            {"rsrcNo": row["rsrcNo"], **used}
            if row["rsrcNo"].endswith("7")
            else {"rsrcNo": row["rsrcNo"], **used, "usePsblYn": "Y"}
            for row in every
        ]
        return {"code": 200, "message": "정상", "data": data}
    assert call.body["ctpvCd"] == "11"
    return {
        "code": 200,
        "message": "정상",
        "data": cut(portal, steps[3], call.body["pageNo"], call.body["numOfRows"]),
    }


class Server:
    """The server, running in a thread; use as a context manager."""

    def __enter__(self):
        self._direct = mock.patch.dict(os.environ, {"no_proxy": "127.0.0.1,localhost"})
        self._direct.start()
        self.portal = Portal()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), make_handler(self.portal))
        self._http.daemon_threads = True
        self._http.block_on_close = False
        self.portal.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        return self.portal

    def __exit__(self, *_args):
        self._direct.stop()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
