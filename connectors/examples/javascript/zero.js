// What a connector in JavaScript needs besides the interface: QuickJS has no TextEncoder, and outcomes are to become
// findings or a typed failure in one place.

/** Beyond these a body or state is not read: an interpreter is slow, and its stack is small. */
const BYTES_MAX = 64 * 1024;
const DEPTH_MAX = 64;

/** Ends the call with a typed failure: `settings`, `credential`, `rate-limited`, `upstream`, `unreachable`, `malformed` or `internal`. */
export function fail(kind, detail, retryAfterSeconds = null) {
  throw { kind, detail, retryAfterSeconds };
}

/** UTF-8 bytes of a text. */
export function encode(text) {
  return Uint8Array.from(unescape(encodeURIComponent(text)), (c) => c.charCodeAt(0));
}

/** Text of UTF-8 bytes; broken ones are a `malformed` failure. */
export function decode(bytes) {
  let octets = "";
  // `apply` takes its arguments from the stack, which is small.
  for (let at = 0; at < bytes.length; at += 4096) {
    octets += String.fromCharCode.apply(null, bytes.slice(at, at + 4096));
  }
  try {
    return decodeURIComponent(escape(octets));
  } catch {
    return fail("malformed", "the answer is not UTF-8");
  }
}

/** The value of a JSON text of bounded depth, brackets in texts included. */
function parse(text) {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    if (depth > DEPTH_MAX) throw new SyntaxError("it is nested too deeply");
  }
  return JSON.parse(text);
}

/** The span of `part` in `text`, in bytes of UTF-8. */
export function spanOf(text, part) {
  const at = text.indexOf(part);
  const start = encode(text.slice(0, at)).length;
  return { start, end: start + encode(part).length };
}

/** The JSON of a success; whatever else came back is the failure it means. */
export function json(outcome) {
  if (outcome.tag === "failed") {
    const kinds = { refused: "internal", suspended: "internal", malformed: "malformed", "too-large": "malformed" };
    return fail(kinds[outcome.val.kind] ?? "unreachable", outcome.val.detail);
  }
  const { status, headers, body } = outcome.val;
  const asked = headers.find((header) => header.name === "retry-after")?.value.trim() ?? "";
  const retryAfter = /^\d{1,9}$/.test(asked) ? Math.min(Number(asked), 86400) : null;
  const detail = `HTTP status ${status}`;
  if ([401, 403, 407].includes(status)) fail("credential", detail);
  if (status === 429 || (status === 503 && retryAfter !== null)) fail("rate-limited", detail, retryAfter);
  if (status < 200 || status > 299) fail("upstream", detail);
  if (body.length > BYTES_MAX) fail("malformed", `the answer is ${body.length} bytes, over ${BYTES_MAX}`);
  const text = decode(body);
  try {
    return parse(text);
  } catch {
    return fail("malformed", "the answer is not JSON");
  }
}

/** The JSON state that `plan` or an earlier round wrote. */
export function load(state) {
  try {
    return parse(decode(state.slice(0, BYTES_MAX)));
  } catch {
    return fail("internal", "a state that this connector did not write");
  }
}
