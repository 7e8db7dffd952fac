// The script's entry. The orchestrator is an instance for the life of the isolate; if it ever traps, the next question
// gets a fresh one.
import * as orchestrator from "./orchestrator.js";
import { data } from "./modules.js";

let started = false;

function problem() {
  const body = { type: "about:blank", title: "the host failed", status: 500, retry: true };
  return Response.json(body, { status: 500, headers: { "content-type": "application/problem+json" } });
}

export default {
  async fetch(request, env, context) {
    try {
      if (!started) {
        orchestrator.start(new Uint8Array(data));
        started = true;
      }
      return await orchestrator.fetch(request, env, context);
    } catch (error) {
      console.error(error);
      if (error instanceof WebAssembly.RuntimeError) {
        orchestrator.__wbg_reset_state();
        started = false;
      }
      return problem();
    }
  },
};
