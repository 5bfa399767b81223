import { request as httpsRequest } from "node:https";
import { KptError, messageOf } from "../core/error.ts";
import type { Json } from "../core/json.ts";
import { cleanText } from "./clean-text.ts";
import { checkProxy, proxyFor } from "./proxy.ts";
import { tunnel } from "./tunnel.ts";

export interface IssuerQuestion {
  ca: Buffer | undefined;
  env: Readonly<Record<string, string | undefined>>;
  limitMs: number;
  signal?: AbortSignal;
  /** Sent where there is one; otherwise the address is only read. */
  form?: URLSearchParams;
  authorization?: string;
}

export interface IssuerAnswer {
  status: number;
  /** Null where it was no JSON. */
  body: Json;
}

const maxAnswerBytes = 1 << 20;

/** Asks an issuer of tokens. Redirects are answers like others: they are not followed, as they could carry the token away. */
export async function askIssuer(address: string, question: IssuerQuestion): Promise<IssuerAnswer> {
  const { ca, form, authorization, limitMs, signal } = question;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== "https:") throw refused("the issuer must have an https address");
  const proxy = proxyFor(url, question.env);
  if (proxy !== undefined) checkProxy(proxy);
  const agent = proxy === undefined ? undefined : await tunnel(url, proxy, { ca });
  const limit = AbortSignal.timeout(limitMs);
  return await new Promise((resolve, reject) => {
    const fail = (thrown: unknown): void => {
      const reason = limit.aborted ? `no answer within ${limitMs / 1000} s` : cleanText(messageOf(thrown));
      reject(
        signal?.aborted
          ? new KptError("ABORTED", "interrupted", { exitCode: 130 })
          : refused(`the issuer ${url.host} does not answer: ${reason}`),
      );
    };
    const request = httpsRequest(
      url,
      {
        method: form === undefined ? "GET" : "POST",
        headers: {
          accept: "application/json",
          ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
          ...(authorization === undefined ? {} : { authorization }),
        },
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
        ...(ca === undefined ? {} : { ca }),
        ...(agent === undefined ? {} : { agent }),
      },
      response => {
        const pieces: Buffer[] = [];
        let size = 0;
        response.on("error", fail);
        response.on("data", (piece: Buffer) => {
          size += piece.length;
          pieces.push(piece);
          if (size > maxAnswerBytes) response.destroy(new Error("its answer is too large"));
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: jsonOf(pieces) }));
      },
    );
    request.on("error", fail);
    request.end(form?.toString());
  });
}

function jsonOf(pieces: readonly Buffer[]): Json {
  try {
    return JSON.parse(Buffer.concat(pieces).toString("utf8")) as Json;
  } catch {
    return null;
  }
}

function refused(reason: string): KptError {
  return new KptError("KUBECONFIG_INVALID", `oidc: ${reason}`);
}
