"""Who may learn what: every path of the interface × every role × own authority, another one, the centre × every handling code.

Three things are checked. A role that may not do something gets 403, whatever it asks about. No answer holds a word of a case
that the person may not read. And a store that holds a case of `own` handling answers everybody else as the same store
without it does: what cannot be told apart was not told. The test fails when the server has a path that stands in no row here.

Prints TAP. usage: matrix.py SAMBAND
"""
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

samband = sys.argv[1]
folder = tempfile.mkdtemp(prefix="samband-matrix-")

ROLES = ["examiner", "analyst", "liaison", "partner", "auditor", "administrator"]
CASE_DATA = {"examiner", "analyst", "liaison"}
ASK = CASE_DATA | {"partner"}
ALL = set(ROLES)
ADMINISTRATOR = {"administrator"}

AUTHORITIES = {"SE": "Police of Sweden", "DE": "Police of Germany", "EU": "The Centre"}
# The Swedish cases are those that are asked about; the hidden one comes last, so that a store without it is the same else.
CASES = {
    "SE-1": ("SE", "free"), "SE-2": ("SE", "hit"), "DE-1": ("DE", "hit"), "EU-1": ("EU", "hit"), "SE-3": ("SE", "own"),
}
HIDDEN = "SE-3"
CARDS = {"SE-1": "4539148803436467", "SE-2": "4556737586899855", "DE-1": "4716059783079215", "EU-1": "4485275742308327",
         "SE-3": "4532015112830366"}


def words_of(case):
    """What only this case holds: none of it may be in an answer to who may not read it."""
    plain = case.lower().replace("-", "")
    return [case, f"title{plain}", f"only{plain}", f"file{plain}", CARDS[case]]


def may_read(country, case):
    owner, handling = CASES[case]
    return country == owner or (country == "EU" and handling == "free")


# path: (roles that may, what to ask with). {case}, {evidence}, {selector} … are filled in for each case.
GET = {
    "/api/session": (ALL, ""),
    "/api/overview": (CASE_DATA, ""),
    "/api/cases": (CASE_DATA, ""),
    "/api/cases/{case}": (CASE_DATA, ""),
    "/api/cases/{case}/evidence": (CASE_DATA, ""),
    "/api/evidence/{evidence}": (CASE_DATA, ""),
    "/api/evidence/{evidence}/bytes": (CASE_DATA, "?offset=0&length=64"),
    "/api/files": (CASE_DATA, "?case={case}"),
    "/api/timeline": (CASE_DATA, "?case={case}"),
    "/api/selectors": (CASE_DATA, "?case={case}"),
    "/api/kinds": (CASE_DATA, "?case={case}"),
    "/api/selectors/{id}": (CASE_DATA, ""),
    "/api/sightings": (CASE_DATA, "?case={case}"),
    "/api/links": (CASE_DATA, ""),
    "/api/networks": (CASE_DATA, ""),
    "/api/network": (CASE_DATA, "?case={case}"),
    "/api/network/path": (CASE_DATA, "?from={case}&to={case}"),
    "/api/search": (ASK, "?q={value}"),
    "/api/requests": (CASE_DATA, ""),
    "/api/report": (CASE_DATA, "?case={case}"),
    "/api/people": (ADMINISTRATOR, ""),
    "/api/authorities": (ALL, ""),  # a directory: whom to ask
    "/api/retention": (ADMINISTRATOR, ""),
    "/api/audit": ({"auditor"}, ""),
    "/api/audit/verify": ({"auditor"}, ""),
}
# Asked by roles that may not, and about cases that are not theirs: nothing here changes anything.
CHANGE = {
    ("POST", "/api/cases"): ({"examiner"}, None),
    ("PATCH", "/api/cases/{case}"): (None, {"title": "changed"}),
    ("POST", "/api/cases/{case}/evidence"): ({"examiner"}, {"path": "/etc/hostname", "digests": False}),
    ("POST", "/api/selectors/{id}/reveal"): (CASE_DATA, {"reason": "to compare with a list"}),
    ("POST", "/api/requests"): ({"analyst", "liaison"}, {"selector": "{id}", "authority": 1, "reason": "the same sender"}),
    ("POST", "/api/requests/{id}/answer"): ({"liaison"}, {"grant": True, "cases": [HIDDEN], "until": "2999-01-01",
                                                         "reason": "because it is asked"}),
    ("POST", "/api/requests/{id}/end"): ({"liaison"}, {"reason": "it is no longer needed"}),
    ("POST", "/api/exports"): (CASE_DATA, {"what": "network", "format": "png", "cases": ["{case}"]}),
    ("POST", "/api/cases/{case}/purge"): (ADMINISTRATOR, {"reason": "its time is over"}),
    ("POST", "/api/people"): (ADMINISTRATOR, None),
    ("PATCH", "/api/people/{name}"): (ADMINISTRATOR, None),
    ("POST", "/api/people/{name}/link"): (ADMINISTRATOR, None),
    ("POST", "/api/authorities"): (ADMINISTRATOR, None),
    ("PATCH", "/api/authorities/{name}"): (ADMINISTRATOR, None),
}
# Paths that hold no case data, and are tested where they are built.
ELSEWHERE = {"/api/setup", "/api/session", "/api/session/credentials", "/api/openapi.json", "/api/events"}

count = 0
failures = 0


def result(name, problems):
    global count, failures
    count += 1
    print(f"{'not ok' if problems else 'ok'} {count} - {name}")
    for problem in problems[:20]:
        print(f"#   {problem}")
    failures += bool(problems)
    sys.stdout.flush()


def command(store, *arguments):
    done = subprocess.run([samband, "--store", store, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"Bail out! samband {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def fill(store, hidden):
    for country, authority in AUTHORITIES.items():
        command(store, "authority", "add", authority, "--country", country, "--contact", f"desk@{country.lower()}.example",
                *(["--centre"] if country == "EU" else []))
    for case, (country, handling) in CASES.items():
        if case == HIDDEN and not hidden:
            continue
        plain = case.lower().replace("-", "")
        place = os.path.join(folder, f"file{plain}.txt")
        if not os.path.exists(place):
            with open(place, "w") as out:
                out.write(f"Write to only{plain}@example.org and to shared@example.org, "
                          f"pay with card number {CARDS[case]} today.\n")
                if case in (HIDDEN, "DE-1"):
                    out.write("And between these two there is twoof@example.org besides.\n")
            os.utime(place, (1700000000, 1700000000))
        command(store, "case", "add", case, "--country", country, "--authority", AUTHORITIES[country],
                "--title", f"title{plain}", "--handling", handling)
        command(store, "analyse", "--case", case, "--quiet", place)


class Server:
    """One `samband serve` on loopback, and who is signed in to it."""

    def __init__(self, store):
        self.store = store
        self.process = subprocess.Popen([samband, "--store", store, "serve", "--no-tls", "--no-workers", "--listen",
                                         "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            address = re.search(r"http://127\.0\.0\.1:(\d+)", line)
            if address:
                self.port = int(address.group(1))
                break
        else:
            sys.exit("Bail out! the server did not start")
        self.people = {}

    def ask(self, method, path, body=None, person=None):
        headers = {}
        if person in self.people:
            cookie, token = self.people[person]
            headers = {"Cookie": cookie, "X-Samband-Token": token}
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body), "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, data, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text, answer

    def sign_in(self, name):
        link = command(self.store, "person", "link", name)
        token = re.search(r"#link=(\S+)", link).group(1)
        status, text, answer = self.ask("POST", "/api/session", {"link": token})
        if status >= 300:
            sys.exit(f"Bail out! {name} cannot sign in: {status} {text}")
        self.people[name] = (answer.getheader("Set-Cookie").split(";")[0], json.loads(text)["token"])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


def people_of(store):
    for country, authority in AUTHORITIES.items():
        for role in ROLES:
            command(store, "person", "add", f"{role}-{country}", "--role", role, "--authority", authority,
                    "--full-name", f"A {role}", "--quota", "1000000000")


def quoted(text):
    return urllib.parse.quote(str(text), safe="")


def fill_in(text, values):
    for name, value in values.items():
        text = text.replace("{" + name + "}", quoted(value))
    return text


def facts(server):
    """What stands for {…}, by case: read by people who may."""
    found = {}
    for case, (country, _) in CASES.items():
        person = f"analyst-{country}"
        evidence = json.loads(server.ask("GET", f"/api/cases/{case}/evidence", person=person)[1])["rows"][0]["id"]
        rows = json.loads(server.ask("GET", f"/api/selectors?case={case}&kind=email", person=person)[1])["rows"]
        value = f"only{case.lower().replace('-', '')}@example.org"
        selector = next(row["id"] for row in rows if row["value"] == value)
        found[case] = {"case": case, "evidence": evidence, "id": selector, "value": value, "name": "nobody"}
    return found


def leaks(text, country):
    """Words of cases that somebody of this country may not read."""
    return [word for case in CASES if not may_read(country, case) for word in words_of(case) if word in text]


def test_get(server, path, roles, query, values):
    problems = []
    for role in ROLES:
        for country in AUTHORITIES:
            person = f"{role}-{country}"
            for case, value in values.items():
                target = fill_in(path + query, value)
                status, text, _ = server.ask("GET", target, person=person)
                if role not in roles:
                    if status != 403:
                        problems.append(f"{person} GET {target}: {status}, not 403")
                    continue
                readable = may_read(country, case)
                asked = {value["value"]} if "{value}" in query else set()  # whoever asks for a value knows it
                found = [word for word in leaks(text, country) if not any(word in known for known in asked)]
                if role == "auditor":
                    found = [word for word in found if not word.startswith(("SE-", "DE-", "EU-"))]  # what was looked at
                if found:
                    problems.append(f"{person} GET {target}: shows {found[0]}")
                if "{case}" in path or "{evidence}" in path or ("{id}" in path):
                    told = "{id}" in path and CASES[case][1] != "own"  # a hit
                    expected = {200} if readable else {200, 404} if told else {404}
                    if status not in expected:
                        problems.append(f"{person} GET {target}: {status}, not {expected}")
                elif "{case}" in query and not readable:
                    if status not in (200, 404):
                        problems.append(f"{person} GET {target}: {status}")
                elif status != 200:
                    problems.append(f"{person} GET {target}: {status}, not 200")
    result(f"GET {path}", problems)


def test_change(server, method, path, roles, body, values):
    problems = []
    roles_may = roles if roles is not None else CASE_DATA
    for role in ROLES:
        for country in AUTHORITIES:
            person = f"{role}-{country}"
            for case, value in values.items():
                if role in roles_may and (body is None or may_read(country, case) and CASES[case][0] == country):
                    continue  # they may, and would change something
                sent = json.loads(fill_in(json.dumps(body if body is not None else {}), value))
                target = fill_in(path, value)
                status, text, _ = server.ask(method, target, sent, person)
                expected = {404, 403} if role in roles_may or roles is None else {403}
                if path.endswith("/reveal") and may_read(country, case):
                    expected = {200} if role in roles_may else {403}
                if path == "/api/requests" and role in roles_may:  # asks the Swedish police
                    owner, handling = CASES[case]
                    expected = {201} if owner == "SE" != country and handling != "own" and not may_read(country, case) \
                        else {404}
                if path.startswith("/api/requests/{id}/") and role in roles_may:
                    expected = {404}
                if path == "/api/exports" and role in roles_may:
                    expected = {204} if may_read(country, case) else {404}
                if status not in expected:
                    problems.append(f"{person} {method} {target}: {status}, not {expected}")
                if leaks(text, country):
                    problems.append(f"{person} {method} {target}: shows {leaks(text, country)[0]}")
                status, _, _ = server.ask(method, target, sent)
                if status != 401:
                    problems.append(f"nobody {method} {target}: {status}, not 401")
    result(f"{method} {path}", problems)


def told_apart(text):
    """Without what differs between any two stores or moments: identifiers, times, how long."""
    text = re.sub(r"[0-9a-f]{32}", "ID", text)
    text = re.sub(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ?", "TIME", text)
    return text


def test_same_without(server, without, values):
    problems = []
    for role in sorted(ASK):
        for country in ("DE", "EU"):
            person = f"{role}-{country}"
            for path, (roles, query) in GET.items():
                if role not in roles or path == "/api/session":
                    continue
                for case, value in values.items():
                    here = server.ask("GET", fill_in(path + query, value), person=person)
                    other = dict(value)
                    if "{id}" in path:  # identifiers are of one server's key
                        if case == HIDDEN:
                            continue
                        other["id"] = without.found[case]["id"]
                    there = without.ask("GET", fill_in(path + query, other), person=person)
                    if here[0] != there[0] or told_apart(here[1]) != told_apart(there[1]):
                        problems.append(f"{person} GET {fill_in(path + query, value)}: {here[0]} {told_apart(here[1])[:200]}"
                                        f" differs from {there[0]} {told_apart(there[1])[:200]}")
    # A value that only the hidden case holds is as unknown as one that nobody holds.
    for person in ("analyst-DE", "partner-DE", "analyst-EU"):
        hidden = server.ask("GET", f"/api/search?q={quoted(values[HIDDEN]['value'])}", person=person)
        nobody = server.ask("GET", f"/api/search?q={quoted('nobodyhas@example.org')}", person=person)
        if hidden[1].replace(values[HIDDEN]["value"], "X") != nobody[1].replace("nobodyhas@example.org", "X"):
            problems.append(f"{person} can tell a hidden value from none: {hidden[1]} {nobody[1]}")
    result("a hidden case changes no answer to others", problems)


class Work:
    """How much the server works for a request: the processor time of its threads, which does not depend on who else uses the
    machine; where the kernel does not tell, the time that passes."""

    def __init__(self, server, person):
        self.tasks = f"/proc/{server.process.pid}/task"
        self.headers = {"Cookie": server.people[person][0]}
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def now(self):
        try:
            total = 0
            for task in os.listdir(self.tasks):
                with open(f"{self.tasks}/{task}/schedstat") as told:
                    total += int(told.read().split()[0])
            return total
        except OSError:
            return time.monotonic_ns()

    def of(self, paths):
        """For one of them, on average; and the statuses."""
        begun = self.now()
        statuses = set()
        for path in paths:
            self.connection.request("GET", path, headers=self.headers)
            answer = self.connection.getresponse()
            answer.read()
            statuses.add(answer.status)
        return (self.now() - begun) / len(paths), statuses


ROUNDS, EACH, RATIO, TRIES = 15, 20, 1.5, 3


def told_by_work(work, hidden, nobodys):
    """Asks for what another authority keeps and for what nobody has, in turns; "" when neither takes notably longer."""
    said = ""
    for _ in range(TRIES):
        costs, statuses = ([], []), [set(), set()]
        for number in range(ROUNDS + 1):
            for which in ((0, 1) if number % 2 else (1, 0)):
                cost, seen = work.of([(hidden, nobodys)[which]() for _ in range(EACH)])
                statuses[which] |= seen
                if number > 0:  # the first is to warm up
                    costs[which].append(cost)
        medians = [statistics.median(cost) for cost in costs]
        if statuses[0] != statuses[1]:
            return f"answers {statuses[0]} and {statuses[1]}"
        if max(medians) <= RATIO * min(medians):
            return ""
        said = f"{medians[0] / 1000:.0f} µs of work for what is hidden, {medians[1] / 1000:.0f} for what is not there"
    return said


def test_timing(server, values):
    value = values[HIDDEN]
    asked = {
        "search": (lambda: "/api/search?q=" + quoted(value["value"]), lambda: "/api/search?q=onlyse4%40example.org"),
        "a selector": (lambda: "/api/selectors/" + value["id"], lambda: "/api/selectors/" + secrets.token_hex(16)),
        "a case": (lambda: "/api/cases/" + HIDDEN, lambda: "/api/cases/SE-4"),
        "an evidence item": (lambda: f"/api/evidence/{value['evidence']}", lambda: "/api/evidence/4242"),
        "files of a case": (lambda: f"/api/files?case={HIDDEN}", lambda: "/api/files?case=SE-4"),
    }
    for name, (hidden, nobodys) in asked.items():
        problems = []
        for person in ("analyst-DE", "partner-DE") if name == "search" else ("analyst-DE",):
            said = told_by_work(Work(server, person), hidden, nobodys)
            problems += [f"{person}: {said}"] if said else []
        result(f"{name}: what is hidden takes no longer than what is not there", problems)


def main():
    store, bare = os.path.join(folder, "with.db"), os.path.join(folder, "without.db")
    fill(store, True)
    fill(bare, False)
    people_of(store)
    people_of(bare)
    server, without = Server(store), Server(bare)
    try:
        for country in AUTHORITIES:
            for role in ROLES:
                server.sign_in(f"{role}-{country}")
                without.sign_in(f"{role}-{country}")
        paths = json.loads(server.ask("GET", "/api/openapi.json")[1])["paths"]
        known = {("GET", path) for path in GET} | set(CHANGE)
        result("every path of the interface stands here",
               [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods
                if method in ("get", "post", "patch", "delete", "put") and path not in ELSEWHERE
                and (method.upper(), path) not in known]
               + [f"{method} {path} is gone" for method, path in sorted(known)
                  if method.lower() not in paths.get(path, {})])
        values = facts(server)
        hidden = CASES.pop(HIDDEN)
        without.found = facts(without)
        CASES[HIDDEN] = hidden
        test_same_without(server, without, values)
        test_timing(server, values)
        for path, (roles, query) in GET.items():
            test_get(server, path, roles, query, values)
        for (method, path), (roles, body) in CHANGE.items():
            test_change(server, method, path, roles, body, values)
    finally:
        server.stop()
        without.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"1..{count}")
    return failures != 0


sys.exit(main())
