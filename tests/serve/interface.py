"""What the interface answers about cases: the rows of the command line, each once however they are paged; nothing masked in
clear, nothing of evidence as markup, no token that was not given, no evidence from elsewhere.

Prints TAP. usage: interface.py SAMBAND
"""
import atexit
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree

samband = sys.argv[1]
place = tempfile.TemporaryDirectory()
folder = os.path.realpath(place.name)
OWN, OTHER = "Police of Sweden", "Police of Germany"
CARD, CARD2, WIF = "4539148803436467", "4556737586899855", "5Kd3NBUAdUnhyzenEwVLy9pBKxSwXvE9FMPyR4UKZvpe6E3AgLr"
SECRETS = [CARD, CARD2, WIF, " ".join(CARD[i:i + 4] for i in (0, 4, 8, 12))]
SCRIPT = "<script>alert(1)</script>"
count = failures = 0


def check(name, good, why=""):
    global count, failures
    count += 1
    print(f"{'ok' if good else 'not ok'} {count} - {name}")
    if not good:
        failures += 1
        print("# " + str(why)[:1500].replace("\n", "\n# "))
    sys.stdout.flush()


def command(*arguments):
    done = subprocess.run([samband, "--store", store, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"Bail out! samband {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def lines(*arguments):
    return [json.loads(line) for line in command(*arguments, "--json").splitlines()]


class Server:
    def __init__(self, **environment):
        self.process = subprocess.Popen([samband, "--store", store, "serve", "--no-tls", "--no-workers", "--listen",
                                         "127.0.0.1:0", "--evidence", os.path.join(folder, "seized")],
                                        stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})
        atexit.register(self.process.kill)  # or who reads our output waits for it
        for line in self.process.stdout:
            address = re.search(r"http://127\.0\.0\.1:(\d+)", line)
            if address:
                self.port = int(address.group(1))
                break
        else:
            sys.exit("Bail out! the server did not start")
        self.people, self.texts = {}, []

    def ask(self, method, path, body=None, person="analyst"):
        headers = {}
        if person in self.people:
            headers = {"Cookie": self.people[person][0], "X-Samband-Token": self.people[person][1]}
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body), "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, data, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        self.texts.append((path, text))
        return answer.status, text, answer

    def get(self, path, person="analyst"):
        status, text, _ = self.ask("GET", path, person=person)
        if status != 200:
            raise AssertionError(f"GET {path}: {status} {text}")
        return json.loads(text)

    def rows(self, path, limit, person="analyst"):
        """All rows, page by page; and the tokens."""
        found, tokens, after = [], [], ""
        while True:
            page = self.get(f"{path}{'&' if '?' in path else '?'}limit={limit}{after}", person)
            found += page["rows"]
            assert len(page["rows"]) <= limit
            if page["next"] is None:
                return found, tokens
            assert len(page["rows"]) == limit and len(tokens) < 10000
            tokens.append(page["next"])
            after = "&after=" + quoted(page["next"])

    def sign_in(self, name):
        token = re.search(r"#\w+=(\S+)", command("person", "link", name)).group(1)
        status, text, answer = self.ask("POST", "/api/session", {"link": token}, None)
        if status >= 300:
            sys.exit(f"Bail out! {name} cannot sign in: {status} {text}")
        self.people[name] = (answer.getheader("Set-Cookie").split(";")[0], json.loads(text)["token"])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


def quoted(text):
    return urllib.parse.quote(str(text), safe="")


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(data if isinstance(data, bytes) else data.encode())


def fill():
    """Two own cases that share a card and an account, a third by a mail address, and one of others that has the account."""
    seized = os.path.join(folder, "seized")
    first, second = os.path.join(seized, f"first {CARD}"), os.path.join(seized, "second")
    write(f"{first}/{SCRIPT.replace('/', '_')} invoice.txt",
          f"Pay with card {CARD}, write to anna@example.org now {SCRIPT} or iban AT063426239623161026 please.\n" +
          "".join(f"Also person{i}@mail.example.org wrote to us.\n" for i in range(40)))
    write(f"{first}/{CARD}.txt", "the name of this file is a number\n")
    write(f"{first}/bill\u202egnp.exe", "Ask turned@example.org about it\n")
    write(f"{second}/letter.txt", f"The card number {SECRETS[3]} again, key {WIF} and AT063426239623161026, bertil@example.org\n")
    os.utime(f"{second}/letter.txt", (1588759689, 1588759689))  # 2020-05-06 10:08:09
    image = (b"x" * 5000 + f" card {CARD} and {CARD2} ".encode() + b"y" * 3000 + f" kort {CARD} ".encode("utf-16-le") +
             b"z" * 3000 + b" write to bertil@example.org today " + b"w" * 500)
    write(f"{seized}/third.dd", image)
    write(f"{folder}/elsewhere/secret.txt", "not to be read\n")
    write(f"{folder}/theirs/note.txt", "Known here too: AT063426239623161026 and anna@example.org\n")
    os.symlink(f"{folder}/elsewhere", f"{seized}/way-out")
    for case, authority, country, paths in (("SE-1", OWN, "SE", [first]), ("SE-2", OWN, "SE", [second]),
                                            ("SE-3", OWN, "SE", [f"{seized}/third.dd"])):
        command("case", "add", case, "--country", country, "--authority", authority, "--title", f"Title {SCRIPT}",
                "--handling", "hit" if case == "SE-3" else "free")
        command("analyse", "--case", case, "--quiet", *paths)
    return image


def without(row, *names):
    return {name: value for name, value in row.items() if name not in names}


def same_rows(server):
    listings = [("/api/cases", ("case", "list"), ("own",)), ("/api/files", ("files",), ("id", "item")),
                ("/api/files?case=SE-1", ("files", "--case", "SE-1"), ("id", "item")),
                ("/api/cases/SE-1/evidence", ("evidence", "--case", "SE-1"), ("id",)),
                ("/api/selectors", ("selectors",), ("id",)),
                ("/api/selectors?kind=email", ("selectors", "--kind", "email"), ("id",)),
                ("/api/selectors?case=SE-1&kind=email", ("selectors", "--case", "SE-1", "--kind", "email"), ("id",)),
                ("/api/selectors?value=AT06%203426%202396%202316%201026", ("selectors", "--value", "AT063426239623161026"),
                 ("id",)),
                ("/api/sightings", ("sightings",), ("id", "item")),
                ("/api/sightings?case=SE-3", ("sightings", "--case", "SE-3"), ("id", "item")),
                ("/api/links", ("links",), ("id",)), ("/api/networks", ("networks",), ())]
    for path, arguments, extra in listings:
        wanted = lines(*arguments)
        for limit in (1, 7, 1000):
            found, _ = server.rows(path, limit)
            check(f"{path}: the rows of the command line, {limit} at a time",
                  len(wanted) > 0 and [without(row, *extra) for row in found] == wanted, f"{found}\n{wanted}")


def tokens(server):
    for path in ("/api/cases", "/api/files", "/api/selectors?kind=email", "/api/sightings", "/api/links",
                 "/api/timeline?case=SE-1"):
        _, given = server.rows(path, 1)
        token = given[0]
        bad = [token[:i] + ("0" if token[i] != "0" else "1") + token[i + 1:] for i in range(len(token))]
        bad += [token[:-1], token + "0", "x", "-1", "'", "%00", "1" * 300]
        bad += server.rows("/api/networks" if path != "/api/networks" else "/api/links", 1)[1][:1] or ["0"]
        statuses = {server.ask("GET", f"{path}{'&' if '?' in path else '?'}limit=1&after={quoted(one)}")[0] for one in bad}
        check(f"{path}: a token that was not given is refused", statuses == {400}, statuses)
    found, _ = server.rows("/api/timeline?case=SE-1", 3)
    once, _ = server.rows("/api/timeline?case=SE-1", 1000)
    times = [row["time"] for row in found]
    check("a timeline has every moment once, in order", found == once and times == sorted(times) and len(found) > 4, times)


def times(server):
    """Files and moments of a day: a day as an end is meant with all its hours."""
    name = "letter.txt"
    moment = "2020-05-06T10:08:09Z"
    for query, wanted in (("from=2020-05-06&to=2020-05-06", 1), ("to=2020-05-05", 0), (f"from={moment}&to={moment}", 1),
                          ("from=2020-05-06T10:08:10Z&to=2020-05-07", 0), ("to=2020-05-06", 1)):
        found, _ = server.rows(f"/api/files?case=SE-2&{query}", 1)
        check(f"files by time: {query}", len(found) == wanted and all(name in row["path"] for row in found), found)
    answer = server.get("/api/timeline?case=SE-2&to=2020-05-06")
    hours = [bar["time"] for bar in answer["histogram"]]
    check("moments of a day are counted by the hour", answer["step"] == 3600 and hours == ["2020-05-06T10:00:00Z"] and
          len(answer["rows"]) >= 1, answer)
    check("what is no time is refused", server.ask("GET", "/api/files?from=yesterday")[0] == 400)


def bytes_at_a_place(server, image):
    item = server.get("/api/cases/SE-3/evidence")["rows"][0]["id"]
    answer = server.get(f"/api/evidence/{item}/bytes?offset=4990&length=16")
    check("bytes are those of the medium", bytes.fromhex(answer["hex"]) == image[4990:5006], answer)
    whole = b"".join(bytes.fromhex(server.get(f"/api/evidence/{item}/bytes?offset={at}&length=4096")["hex"])
                     for at in range(0, len(image), 4096))
    check("but for what is hidden: cards, in UTF-8 and UTF-16",
          len(whole) == len(image) and CARD.encode() not in whole and CARD2.encode() not in whole and
          CARD.encode("utf-16-le") not in whole and whole.count(b"*") == 6 * 3, whole.replace(b"x", b"")[:400])
    start = image.index(CARD.encode())
    pieces = b"".join(bytes.fromhex(server.get(f"/api/evidence/{item}/bytes?offset={start + i}&length=1")["hex"])
                      for i in range(16))
    check("also one by one", pieces == b"453914******6467", pieces)
    statuses = [server.ask("GET", f"/api/evidence/{item}/bytes?{query}")[0]
                for query in ("offset=-1", "offset=99999999999", "length=4097", "length=0", "offset=1e3")]
    check("places that are none", statuses == [400, 422, 400, 400, 400], statuses)
    check("a folder has no places", server.ask("GET", "/api/evidence/1/bytes")[0] == 422)


def adding(server):
    status, text, _ = server.ask("POST", "/api/cases", {"case": "SE-9", "title": "New", "handling": "hit"}, "examiner")
    check("an examiner opens a case", status == 201 and json.loads(text)["authority"] == OWN, text)
    statuses = [server.ask("POST", "/api/cases", body, "examiner")[0]
                for body in ({"case": "SE-9"}, {"case": "a b"}, {}, {"case": "SE-10", "handling": "all"},
                             {"case": "SE-10", "retention": "2031-02-31"}, {"case": "SE-10", "title": 5})]
    check("a case must be one", statuses == [409, 400, 400, 400, 400, 400], statuses)
    lines_of_two = ["a\nb", "a\x1b[2J", "\u202eabc", "a\u2066b", "\u0085", "\u200bx"]
    statuses = [server.ask("POST", "/api/cases", {"case": "SE-12", "title": title}, "examiner")[0] for title in lines_of_two]
    statuses += [server.ask("PATCH", "/api/cases/SE-9", {"title": title}, "examiner")[0] for title in lines_of_two]
    check("a title is one line that turns nothing", set(statuses) == {400}, statuses)
    statuses = [server.ask("POST", "/api/authorities", {"name": name, "country": "FR", "contact": "x"}, "admin")[0]
                for name in lines_of_two]
    statuses += [server.ask("PATCH", f"/api/authorities/{quoted(OTHER)}", {"contact": contact}, "admin")[0]
                 for contact in lines_of_two]
    statuses += [server.ask("PATCH", "/api/people/partner", {"full_name": name}, "admin")[0] for name in lines_of_two]
    check("nor do names and contacts", set(statuses) == {422}, statuses)
    some = server.get("/api/selectors?kind=card")["rows"][0]["id"]
    statuses = [server.ask("POST", f"/api/selectors/{some}/reveal", {"reason": "long " + reason})[0] for reason in lines_of_two]
    check("nor do reasons, whose lines become one", statuses == [200] + [400] * 5, statuses)
    status, text, _ = server.ask("PATCH", "/api/cases/SE-9", {"retention": "2031-12-31"}, "examiner")
    check("and changes it", status == 200 and json.loads(text)["retention"] == "2031-12-31"
          and json.loads(text)["title"] == "New", text)
    status, text, _ = server.ask("POST", "/api/cases/SE-9/evidence", {"path": "second"}, "examiner")
    check("and adds evidence", status == 201 and json.loads(text)["state"] == "new", text)
    paths = ["../elsewhere/secret.txt", f"{folder}/elsewhere/secret.txt", "way-out/secret.txt", "/etc/passwd", "", ".", "..",
             "first/../../elsewhere", "no such"]
    statuses = [server.ask("POST", "/api/cases/SE-9/evidence", {"path": path}, "examiner")[0] for path in paths]
    check("only from below the evidence folders", all(status in (400, 422) for status in statuses), statuses)
    status = server.ask("POST", "/api/cases/DE-1/evidence", {"path": "second"}, "examiner")[0]
    check("and to no case of others", status == 404, status)
    statuses = [server.ask("PATCH", "/api/cases/DE-1", {"title": "x"}, "examiner")[0],
                server.ask("POST", "/api/cases", {"case": "SE-11"}, "analyst")[0]]
    check("nor is one changed, nor opened by who may not", statuses == [404, 403], statuses)


def network(server):
    graph = server.get("/api/network?weight=0")
    kinds = {node["type"] for node in graph["nodes"]}
    ids = {node["id"] for node in graph["nodes"]}
    check("the network has cases, what they share, and who else has it", kinds == {"case", "selector", "authority"}, graph)
    check("every edge joins two of its nodes", all(edge["source"] in ids and edge["target"] in ids for edge in graph["edges"]))
    authority = next(node for node in graph["nodes"] if node["type"] == "authority")
    check("of others it tells the contact alone", authority["label"] == OTHER and "DE-1" not in json.dumps(graph), authority)
    one = server.get("/api/network?weight=0&case=SE-3")
    check("of one case, its neighbourhood", {"case:SE-3"} < {n["id"] for n in one["nodes"] if n["type"] == "case"}, one)
    path = server.get("/api/network/path?from=SE-1&to=SE-3")
    labels = [node["label"] for node in path["nodes"]]
    check("a path leads from case to case", labels[0] == "SE-1" and labels[2::2] == labels[2:-1:2] + ["SE-3"] and
          len(path["edges"]) == len(labels) - 1, path)
    status, text, answer = server.ask("GET", "/api/network?weight=0&format=graphml")
    root = xml.etree.ElementTree.fromstring(text)
    codes = {node.find("{*}data[@key='label']").text: node.findtext("{*}data[@key='handling']")
             for node in root.findall(".//{*}node")}
    check("handling codes go with it", codes["SE-1"] == "free" and codes["SE-3"] == "hit" and
          root.findtext(".//{*}graph/{*}data[@key='strictest']") == "hit" and graph["handling"] == "hit" and
          {node.get("handling") for node in graph["nodes"]} == {"free", "hit", None}, codes)
    record = lines("audit", "--action", "export", "--person", "analyst")[0]
    check("and it is recorded as an export, with its cases", record["object"] ==
          "network as graphml: SE-1 free, SE-2 free, SE-3 hit", record)
    saved = [server.ask("POST", "/api/exports", {"what": "network", "format": one, "cases": ["SE-3", "SE-1", "SE-3"]})
             for one in ("png", "svg", "graphml")]
    check("what a page saves is recorded before", [one[:2] for one in saved] == [(204, "")] * 3 and
          [row["object"] for row in lines("audit", "--action", "export", "--limit", "3")] ==
          [f"network as {one}: SE-1 free, SE-3 hit" for one in ("graphml", "svg", "png")], saved)
    statuses = [server.ask("POST", "/api/exports", body)[0]
                for body in ({"what": "network", "format": "png", "cases": ["SE-1", "DE-1"]},
                             {"what": "network", "format": "png", "cases": ["none"]},
                             {"what": "all", "format": "png", "cases": []}, {"what": "network", "format": "exe", "cases": []},
                             {"what": "network", "format": "png"}, {"what": "network", "format": "png", "cases": [1]})]
    check("nobody exports what they may not read", statuses == [404, 404, 400, 400, 400, 400], statuses)
    check("GraphML is XML", status == 200 and len(root.findall(".//{*}node")) == len(graph["nodes"]) and
          "xml" in answer.getheader("Content-Type"), text[:300])
    return graph


def search(server):
    hits = server.get("/api/search?q=" + quoted(SECRETS[3]))["hits"]
    check("a card in another spelling is found, and shown masked",
          any(hit["kind"] == "card" and hit["own"] == ["SE-1", "SE-2", "SE-3"] and hit["value"] == "453914******6467"
              for hit in hits), hits)
    hit = server.get("/api/search?q=AT063426239623161026")["hits"][0]
    check("a hit elsewhere is an authority and its contact", [h["authority"] for h in hit["elsewhere"]] == [OTHER] and
          set(hit["elsewhere"][0]) == {"authority", "authority_id", "country", "contact"}, hit)
    found = server.get("/api/search?q=invoice")
    check("words are found in paths", len(found["files"]) == 1 and "invoice" in found["files"][0]["path"], found)
    check("no hit says nothing", server.get("/api/search?in=values&q=nobody@nowhere.example") == {"hits": []})
    partner = server.get("/api/search?q=anna@example.org", "partner")
    check("a partner learns hit or no hit", "SE-1" not in json.dumps(partner) and "cases" not in partner, partner)
    page = server.get("/api/selectors/" + hit["id"])
    check("a selector's page has own cases and hits elsewhere", page["cases"] == ["SE-1", "SE-2"] and
          page["elsewhere"] == hit["elsewhere"], page)
    theirs = server.get("/api/search?q=AT063426239623161026", "stranger")["hits"][0]
    check("others see theirs", theirs["own"] == ["DE-1"] and theirs["elsewhere"][0]["authority"] == OWN, theirs)


def masked_names(server):
    """What is masked in a name cannot be found out by asking for it."""
    def found(path):
        return [row["path"] for row in server.get(f"/api/files?case=SE-1&path={quoted(path)}")["rows"]]
    shown = f"/{CARD[:6]}******{CARD[12:]}.txt"
    check("a name is found by what is shown of it", found(CARD[:6]) == [shown] and found(CARD[12:] + ".txt") == [shown]
          and found(shown) == [shown], [found(CARD[:6]), found(CARD[12:] + ".txt"), found(shown)])
    tried = {part: found(part) for part in [CARD[:length] for length in range(7, 17)] +
             [CARD[at:at + 4] for at in range(3, 12)] + [CARD[6:8], CARD[7:16], f"{CARD[:6]}_{CARD[7]}"]}
    check("and not by what is masked", not any(tried.values()), tried)
    words = [server.get("/api/search?in=words&q=" + quoted(CARD[:length]))["files"] for length in range(6, 17)]
    check("nor by words", len(words[0]) == 1 and not any(words[1:]), words)
    rows, _ = server.rows("/api/files?path=" + quoted("/"), 1)
    check("pages are whole", rows == server.rows("/api/files?path=" + quoted("/"), 1000)[0] and len(rows) > 4, rows)
    check("the command line finds no more", lines("files", "--path", f"%{CARD[:7]}%") == [] and
          len(lines("files", "--path", f"%{CARD[:6]}*%", "--case", "SE-1")) == 1 and
          len(lines("files", "--path", f"%{CARD[:7]}%", "--reveal")) == 1)


def reports(server):
    for query in ("case=SE-1", "network=SE-1", "case=SE-3"):
        status, text, answer = server.ask("GET", f"/api/report?{query}")
        body = text.split("</style>", 1)[-1]
        tags = set(re.findall(r"<([a-z0-9]+)", body))
        check(f"report {query}: nothing of evidence is markup", status == 200 and "<script" not in text.lower() and
              tags <= {"body", "h1", "h2", "h3", "dl", "dt", "dd", "p", "table", "thead", "tbody", "tr", "th", "td", "code",
                       "i", "span", "footer"} and "&lt;script&gt;" in text and
              answer.getheader("Content-Type").startswith("text/html"), tags)
        check(f"report {query}: needs nothing from elsewhere", "src=" not in text and "href=" not in text and
              "url(" not in text)
        check(f"report {query}: says how it is to be handled", f"<dd class=\"bad\">{'free' if query == 'case=SE-1' else 'hit'}: "
              in text, text[:3000])
        check(f"report {query}: a table has rows", not re.search(r"<tbody>\s*</tbody>|</thead>\s*</table>", text))
    text = server.ask("GET", "/api/report?case=SE-1")[1]
    check("what would turn the text is an escape", "bill\\u202egnp.exe" in text and "\u202e" not in text)
    check("no article goes wrong", "a email" not in text and "a iban" not in text and "worth of its kind" in text)
    record = lines("audit", "--action", "export", "--person", "analyst")[1]
    check("a report is recorded with its cases", record["object"] == "Report of case SE-3: SE-3 hit", record)
    check("a report tells how to reproduce a finding",
          "samband sightings --case &#39;SE-1&#39; --kind &#39;iban&#39; --value &#39;AT063426239623161026&#39;" in
          server.ask("GET", "/api/report?case=SE-1")[1])


store = os.path.join(folder, "store.db")
image = fill()
server = Server()
command("person", "add", "analyst", "--role", "analyst", "--authority", OWN, "--full-name", "An Analyst")
for role in ("examiner", "partner"):
    command("person", "add", role, "--role", role, "--authority", OWN, "--full-name", f"A {role}")
command("person", "add", "admin", "--role", "administrator", "--authority", OWN, "--full-name", "An administrator")
for name in ("analyst", "examiner", "partner", "admin"):
    server.sign_in(name)
same_rows(server)
tokens(server)
times(server)
command("case", "add", "DE-1", "--country", "DE", "--authority", OTHER, "--handling", "hit")
command("analyse", "--case", "DE-1", "--quiet", f"{folder}/theirs")
command("person", "add", "stranger", "--role", "analyst", "--authority", OTHER, "--full-name", "A stranger")
server.sign_in("stranger")
bytes_at_a_place(server, image)
graph = network(server)
search(server)
masked_names(server)
reports(server)
adding(server)
overview = server.get("/api/overview")
check("an overview counts and joins countries", overview["counts"]["cases"] == 4 and
      overview["countries"][0]["from"] == "DE" and len(overview["working"]) == 1, overview)
command("analyse", "--case", "SE-9", "--quiet", os.path.join(folder, "seized", "second"))
before = server.get("/api/overview")["new"]
server.sign_in("analyst")
new = server.get("/api/overview")["new"]
check("what is new is what came since the last visit", before["since"] is None and new["since"] is not None and
      [row["case"] for row in new["evidence"]] == ["SE-9"] and new["links"] != [], [before, new])
server.sign_in("analyst")
check("and no more when one comes again", server.get("/api/overview")["new"]["evidence"] == [])
command("authority", "add", "The Centre", "--country", "EU", "--contact", "desk", "--centre")
command("person", "add", "central", "--role", "analyst", "--authority", "The Centre", "--full-name", "An analyst")
server.sign_in("central")
joined = [(row["from"], row["to"]) for row in server.get("/api/overview")["countries"]]
check("hits of the centre join the countries of cases", joined == [("DE", "SE")], joined)
status, text, _ = server.ask("POST", "/api/requests", [1, 2])
check("a body that is no object is told so", status == 400 and "no object" in json.loads(text)["detail"], text)
kinds = {row["kind"]: row["selectors"] for row in server.get("/api/kinds?case=SE-1")["rows"]}
check("kinds are counted", kinds["email"] == len(lines("selectors", "--case", "SE-1", "--kind", "email")), kinds)
for path in ("/api/cases/DE-1", "/api/cases/DE-1/evidence", "/api/files?case=DE-1", "/api/report?case=DE-1",
             "/api/timeline?case=DE-1", "/api/network?case=DE-1", "/api/network/path?from=SE-1&to=DE-1", "/api/cases/no"):
    check(f"{path} is not there", server.ask("GET", path)[0] == 404)
graph = server.get("/api/network?weight=0")
leaks = [(path, secret) for path, text in server.texts for secret in SECRETS
         if secret in text and not path.endswith("/reveal")]
check(f"none of {len(server.texts)} answers has a card or key in clear", leaks == [], leaks[:3])
check("the server ends well", server.stop() == 0)
alone = Server(SAMBAND_GRAPH="/nonexistent")
alone.sign_in("analyst")
without_program = alone.get("/api/network?weight=0")
check("without samband-graph there are communities too: what hangs together",
      len(without_program["nodes"]) == len(graph["nodes"]) and {n["community"] for n in without_program["nodes"]} == {0})
alone.stop()
print(f"1..{count}")
sys.exit(failures > 0)
