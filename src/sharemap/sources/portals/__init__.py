"""Clients of the portals that publish shared services, and the folders in which their answers are kept.

A portal is asked page by page; each good answer is kept byte for byte, with a manifest beside it, and the folder is
read like any published file. One module a step:

- ``keys``: the user's keys, out of sight of every message and file;
- ``transport``: one request, with its time limits, its size limit and its refusal of strange redirects;
- ``answers``: bytes to records, or to the fault that the portal reports (mostly with HTTP 200);
- ``asking``: transport and answers together, tried again with growing pauses;
- ``series``: what is asked: the pages of one service;
- ``paging``: the pages of a series, with what does not add up;
- ``store`` and ``manifest``: the kept pages;
- ``kept``: kept pages back into a raw table;
- ``fetching``: a source of the catalogue from beginning to end.

What is known about the portals stands in the project's research notes (``research/data_sources.md``, section 1) and
comes from published guides and from what independent clients do. No line of this package has had a live answer:
it was written without access to the portals, and tested against a server that plays them. Unverified in particular:
the spelling of the daily-limit errors of data.seoul.go.kr (INFO-300, ERROR-337), the envelope of eshare.go.kr
(taken to be a list under ``data``, as clients read it), and the keyless download of data.go.kr, which is the
portal's own button and no promised interface.
"""
