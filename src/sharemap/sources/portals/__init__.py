"""Clients of the portals that publish shared services, and the folders in which their answers are kept.

A portal is asked page by page; each good answer is kept byte for byte, with a manifest beside it, and the folder is
read like any published file. One module a step:

- ``replies``: bytes to records, or to the fault that the portal reports (mostly with HTTP 200);
- ``faults``: what such a fault means for the user;
- ``series``: what is asked: the pages of one service;
- ``paging``: the pages of a series, with what does not add up;
- ``store`` and ``manifest``: the kept pages;
- ``kept``: kept pages back into a raw table;
- ``fetching``: a source of the catalogue from beginning to end.

How a request goes out, and where the key stays, is :mod:`sharemap.sources.asking`.

What is known about the portals comes from published guides and from what independent clients do. No line of this
package has had a live answer: it was written without access to the portals, and tested against a server that plays
them. Unverified in particular: the spelling of the daily-limit errors of data.seoul.go.kr (INFO-300, ERROR-337), the envelope of eshare.go.kr
(taken to be a list under ``data``, as clients read it), and the keyless download of data.go.kr, which is the
portal's own button and no promised interface.
"""
