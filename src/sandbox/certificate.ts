import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";

// X.509 in as much DER as a loopback server needs: one authority, one certificate signed by it.

export interface Credentials {
  /** PEM of the authority, for kubeconfig files. */
  authority: string;
  certificate: string;
  key: string;
}

/** A certificate for the loopback and its authority, good for a year from a moment in milliseconds. */
export function issueCredentials(now: number): Credentials {
  const authority = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const server = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const issuer = name("kpt sandbox authority");
  const authorityDer = sign(
    certificate({ issuer, subject: issuer, publicKey: authority.publicKey, now, isAuthority: true }),
    authority.privateKey,
  );
  const serverDer = sign(
    certificate({
      issuer,
      subject: name("kpt sandbox"),
      publicKey: server.publicKey,
      now,
      isAuthority: false,
    }),
    authority.privateKey,
  );
  return {
    authority: pem(authorityDer),
    certificate: pem(serverDer),
    key: server.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const bytes: number[] = [];
  for (let rest = body.length; rest > 0; rest >>= 8) bytes.unshift(rest & 0xff);
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length, ...bytes]), body]);
}

const sequence = (...contents: Buffer[]): Buffer => der(0x30, ...contents);
const octets = (...contents: Buffer[]): Buffer => der(0x04, ...contents);
const bits = (unused: number, content: Buffer): Buffer => der(0x03, Buffer.from([unused]), content);
const truth = der(0x01, Buffer.from([0xff]));

function integer(value: Buffer): Buffer {
  const high = (value[0] ?? 0) & 0x80;
  return der(0x02, high === 0 ? value : Buffer.concat([Buffer.from([0]), value]));
}

function identifier(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 0x7f];
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return der(0x06, Buffer.from(bytes));
}

function name(commonName: string): Buffer {
  return sequence(der(0x31, sequence(identifier("2.5.4.3"), der(0x0c, Buffer.from(commonName)))));
}

function time(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replaceAll(/[-:T]/g, "").slice(0, 14);
  return der(0x18, Buffer.from(`${text}Z`));
}

const ecdsaWithSha256 = sequence(identifier("1.2.840.10045.4.3.2"));

interface Facts {
  issuer: Buffer;
  subject: Buffer;
  publicKey: KeyObject;
  now: number;
  isAuthority: boolean;
}

function certificate({ issuer, subject, publicKey, now, isAuthority }: Facts): Buffer {
  const day = 86_400_000;
  return sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ecdsaWithSha256,
    issuer,
    sequence(time(now - day), time(now + 365 * day)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...(isAuthority ? authorityExtensions() : serverExtensions()))),
  );
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(identifier(id), ...(critical ? [truth] : []), octets(value));
}

function authorityExtensions(): Buffer[] {
  // keyCertSign and cRLSign
  return [
    extension("2.5.29.19", true, sequence(truth)),
    extension("2.5.29.15", true, bits(1, Buffer.from([0x06]))),
  ];
}

function serverExtensions(): Buffer[] {
  const dns = der(0x82, Buffer.from("localhost"));
  const v4 = der(0x87, Buffer.from([127, 0, 0, 1]));
  const v6 = der(0x87, Buffer.from([...new Array<number>(15).fill(0), 1]));
  return [
    extension("2.5.29.19", true, sequence()),
    extension("2.5.29.15", true, bits(7, Buffer.from([0x80]))),
    extension("2.5.29.37", false, sequence(identifier("1.3.6.1.5.5.7.3.1"))),
    extension("2.5.29.17", false, sequence(dns, v4, v6)),
  ];
}

function sign(body: Buffer, key: KeyObject): Buffer {
  const signature = createSign("sha256").update(body).sign(key);
  return sequence(body, ecdsaWithSha256, bits(0, signature));
}

function pem(content: Buffer): string {
  const lines = content.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
