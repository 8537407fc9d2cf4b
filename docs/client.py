"""A scheduling app in 40 lines: sends tables, orders a plan, waits for it, prints who goes where. No packages needed.

python docs/client.py http://127.0.0.1:8321 KEY county.zip 2026-03-02
"""

import json
import sys
import time
import urllib.request
from pathlib import Path


def ask(server, key, path, body=None, kind="application/json", **headers):
    """Return what the server answers; an HTTPError holds the problem, whose ``code`` is of a closed list."""
    shown = {"Authorization": f"Bearer {key}", "Content-Type": kind, **headers}
    request = urllib.request.Request(server + path, body, shown)
    with urllib.request.urlopen(request, timeout=150) as answer:
        return json.load(answer)


def main(server, key, tables, monday):
    """Plan one week of the tables and print each route."""
    dataset = ask(server, key, "/v1/datasets", Path(tables).read_bytes(), "application/zip")
    order = {"dataset_id": dataset["id"], "start": monday, "weeks": 1, "seconds": 300, "rounds": 1}
    once = {"Idempotency-Key": f"{dataset['id']} {monday}"}  # sent again, it is the same job
    job = ask(server, key, "/v1/jobs", json.dumps(order).encode(), **once)
    while job["state"] != "ended":
        time.sleep(1)
        job = ask(server, key, f"/v1/jobs/{job['id']}")
    if job["plan_id"] is None:
        sys.exit(f"no plan: {job['outcome']}")
    plan = ask(server, key, f"/v1/plans/{job['plan_id']}/revisions/1")["plan"]
    for circuit in plan["circuits"]:
        for route in circuit["routes"]:
            print(route["day"], route["team_id"], *(stop["site_id"] for stop in route["stops"]))


if __name__ == "__main__":
    main(*sys.argv[1:])
