"""Archived copies of web pages: the Wayback Machine's availability API, which needs no key.

https://archive.org/help/wayback_api.php
"""

import json
import re
from urllib.parse import quote

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import types as t

HOST = "archive.org"
WORDS = ("wayback", "archived", "archive of", "snapshot")
PAGE = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[^\s?#]*)?)", re.IGNORECASE)
STAMP = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})\Z")
RETRY_AFTER_SECONDS_MAX = 86_400
DEPTH_MAX = 64

NOTHING = t.Step_Done(t.Findings(passages=[], claims=[]))


def fail(kind, detail, retry_after=None):
    """The typed failure that ends the call."""
    return Err(t.Failure(kind=kind, detail=detail, retry_after_seconds=retry_after))


def read(outcome):
    """The JSON of a success; whatever else came back is the failure it means."""
    kind = t.FailureKind
    if isinstance(outcome, t.Outcome_Failed):
        failed = outcome.value
        names = {
            t.FetchFailureKind.REFUSED: kind.INTERNAL,
            t.FetchFailureKind.SUSPENDED: kind.INTERNAL,
            t.FetchFailureKind.MALFORMED: kind.MALFORMED,
            t.FetchFailureKind.TOO_LARGE: kind.MALFORMED,
        }
        raise fail(names.get(failed.kind, kind.UNREACHABLE), failed.detail)
    response = outcome.value
    after = next((header.value for header in response.headers if header.name == "retry-after"), "")
    after = min(int(after), RETRY_AFTER_SECONDS_MAX) if re.fullmatch(r"\d{1,9}", after.strip()) else None
    detail = f"HTTP status {response.status}"
    if response.status in (401, 403, 407):
        raise fail(kind.CREDENTIAL, detail)
    if response.status == 429 or (response.status == 503 and after is not None):
        raise fail(kind.RATE_LIMITED, detail, after)
    if not 200 <= response.status <= 299:
        raise fail(kind.UPSTREAM, detail)
    try:
        text = response.body.decode("utf-8")
        if nested(text) > DEPTH_MAX:
            raise ValueError("it is nested too deeply")
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise fail(kind.MALFORMED, f"the answer is not JSON: {error}") from None


def nested(text):
    """How deep brackets go, those in texts included: Python's own limit is beyond the stack of a component."""
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def page_in(text):
    """The page that is asked about, without its scheme."""
    if not any(word in text.lower() for word in WORDS):
        return None
    found = PAGE.search(text)
    return found.group(1).rstrip(".,;:!") if found else None


class Connector(exports.Connector):
    def describe(self):
        return t.Descriptor(
            name="wayback",
            version="0.1.0",
            summary="Finds the archived copy of a web page that is closest to now.",
            hosts=[HOST],
            settings=[],
            credentials=[],
            kinds=[t.Kind.FACT, t.Kind.NAVIGATION, t.Kind.OTHER],
        )

    def plan(self, source, question, intent):
        page = page_in(question.text)
        if page is None:
            return t.Plan(bid=0.0, step=NOTHING)
        request = t.Request(
            method=t.Method.GET,
            url=f"https://{HOST}/wayback/available?url={quote(page, safe='')}",
            headers=[],
            body=None,
            credential=None,
            cache_seconds=3600,
            endpoint="available",
        )
        return t.Plan(bid=0.9, step=t.Step_Fetch(t.Fetch(requests=[request], state=page.encode())))

    def resume(self, source, state, outcomes):
        try:
            page = state.decode("utf-8")
        except ValueError:
            page = ""
        if not PAGE.fullmatch(page) or len(outcomes) != 1:
            raise fail(t.FailureKind.INTERNAL, "a state that this connector did not write, or not one outcome")
        answer = read(outcomes[0])
        copies = answer.get("archived_snapshots") if isinstance(answer, dict) else None
        if not isinstance(copies, dict):
            raise fail(t.FailureKind.MALFORMED, "expected an object with `archived_snapshots`")
        if "closest" not in copies:
            return NOTHING
        closest = copies["closest"]
        stamp = closest.get("timestamp") if isinstance(closest, dict) else None
        parts = STAMP.match(stamp) if isinstance(stamp, str) else None
        url = closest.get("url") if parts else None
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise fail(t.FailureKind.MALFORMED, "expected `closest` with `url` and `timestamp`")
        when = "{}-{}-{}T{}:{}:{}Z".format(*parts.groups())
        text = f"The Wayback Machine has a copy of {page} from {when}."
        start = len(text[: text.index(when)].encode())
        passage = t.Passage(title=f"Archived copy of {page}", url=url, text=text, language="en", published=when, score=1.0)
        claim = t.Claim(
            passage=0,
            span=t.Span(start=start, end=start + len(when)),
            subject=page,
            property="archived copy",
            value=t.Value_DateTime(when),
            time=None,
            negated=False,
        )
        return t.Step_Done(t.Findings(passages=[passage], claims=[claim]))
