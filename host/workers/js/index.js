// The script's entry. The orchestrator is an instance for the life of the isolate; if it ever traps, the glue makes a
// fresh one for the next question.
import * as orchestrator from "./orchestrator.js";

function problem() {
  const body = { type: "about:blank", title: "the host failed", status: 500 };
  return Response.json(body, { status: 500, headers: { "content-type": "application/problem+json" } });
}

export default {
  async fetch(request, env, context) {
    try {
      return await orchestrator.fetch(request, env, context);
    } catch (error) {
      console.error(error);
      return problem();
    }
  },
};
