import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusLine } from "./status-line.ts";

function output(isTTY: boolean) {
  let text = "";
  return {
    isTTY,
    columns: 10,
    colour: false,
    write: (more: string) => {
      text += more;
    },
    flush: () => Promise.resolve(),
    get text() {
      return text;
    },
  };
}

test("without a terminal only lasting lines are written", () => {
  const out = output(false);
  const line = new StatusLine(out);
  line.show("50%");
  line.write("done\n");
  line.clear();
  assert.equal(out.text, "done\n");
});

test("on a terminal the status is cut to the width, and makes room", () => {
  const out = output(true);
  const line = new StatusLine(out);
  line.show("Receiving objects: 50%");
  line.write("done\u001b[31m\n");
  assert.equal(out.text, "\r\u001b[KReceiving\r\u001b[Kdone\\u001b[31m\n");
});
