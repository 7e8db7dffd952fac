// Words that rhyme, mean the same or the opposite: Datamuse (https://www.datamuse.com/api/), which needs no key.

import { encode, fail, json, load, spanOf } from "./zero.js";

const WORDS_MAX = 10;

const RELATIONS = [
  { property: "rhyme", parameter: "rel_rhy", phrases: ["rhymes with", "rhyme with", "rhymes for", "rhyme for"] },
  {
    property: "synonym",
    parameter: "rel_syn",
    phrases: ["synonyms of", "synonym of", "synonyms for", "synonym for", "another word for", "other words for"],
  },
  { property: "antonym", parameter: "rel_ant", phrases: ["antonyms of", "antonym of", "antonyms for", "antonym for", "opposite of"] },
];

/** What is asked of which word, if it is. */
function read(text) {
  const lower = text.toLowerCase();
  for (const relation of RELATIONS) {
    const phrase = relation.phrases.find((phrase) => lower.includes(phrase));
    const after = phrase && lower.slice(lower.indexOf(phrase) + phrase.length);
    const word = after && after.match(/[\p{L}][\p{L}'-]*/u)?.[0];
    if (word) return { property: relation.property, parameter: relation.parameter, word };
  }
  return null;
}

const nothing = { tag: "done", val: { passages: [], claims: [] } };

export const connector = {
  describe() {
    return {
      name: "datamuse",
      version: "0.1.0",
      summary: "Finds words that rhyme with a word, mean the same or the opposite.",
      hosts: ["api.datamuse.com"],
      settings: [],
      credentials: [],
      kinds: ["definition", "fact", "other"],
    };
  },

  plan(source, question, intent) {
    const asked = read(question.text);
    if (!asked) return { bid: 0, step: nothing };
    const url = `https://api.datamuse.com/words?${asked.parameter}=${encodeURIComponent(asked.word)}&max=${WORDS_MAX}`;
    const request = { method: "get", url, headers: [], body: null, credential: null, cacheSeconds: 86400, endpoint: "words" };
    return { bid: 0.9, step: { tag: "fetch", val: { requests: [request], state: encode(JSON.stringify(asked)) } } };
  },

  resume(source, state, outcomes) {
    const { property, parameter, word } = load(state);
    if (typeof word !== "string" || outcomes.length !== 1) fail("internal", "one outcome was planned");
    const answer = json(outcomes[0]);
    if (!Array.isArray(answer) || answer.some((entry) => typeof entry?.word !== "string")) {
      fail("malformed", "expected a list of objects with a `word`");
    }
    const words = answer.slice(0, WORDS_MAX).map((entry) => entry.word);
    if (words.length === 0) return nothing;
    const text = `${property[0].toUpperCase()}${property.slice(1)}s of ${word}: ${words.join(", ")}.`;
    const passage = {
      title: `${property}s of ${word}`,
      url: `https://api.datamuse.com/words?${parameter}=${encodeURIComponent(word)}&max=${WORDS_MAX}`,
      text,
      language: "en",
      published: null,
      score: 1,
    };
    const claims = words.map((found) => ({
      passage: 0,
      span: spanOf(text, found),
      subject: word,
      property,
      value: { tag: "text", val: found },
      time: null,
      negated: false,
    }));
    return { tag: "done", val: { passages: [passage], claims } };
  },
};
