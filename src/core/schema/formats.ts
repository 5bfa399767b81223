import { isIP, isIPv4, isIPv6 } from "node:net";

const dateTime =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;
const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** Checks of the formats Kubernetes knows and enforces; any other name says nothing. */
const checks: Record<string, (text: string) => boolean> = {
  "date-time": text => dateTime.test(text),
  date: text => /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/.test(text),
  byte: text => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  email: text => /^[^\s@<>]+@[^\s@<>]+$/.test(text),
  hostname: text => text.length <= 253 && /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text),
  ipv4: text => isIPv4(text),
  ipv6: text => isIPv6(text),
  ip: text => isIP(text) !== 0,
  cidr: text => {
    const [address = "", bits = "", ...rest] = text.split("/");
    const family = isIP(address);
    return (
      rest.length === 0 && family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
    );
  },
  mac: text => /^(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$/.test(text),
  uri: text => URL.canParse(text) || (text.startsWith("/") && URL.canParse(text, "http://a")),
  uuid: text => uuid.test(text),
  uuid3: text => uuid.test(text),
  uuid4: text => uuid.test(text),
  uuid5: text => uuid.test(text),
  duration: text =>
    /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h|d|w)(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))*$/.test(
      text.replaceAll(" ", ""),
    ) || text === "0",
};

/** Whether a text is of a format, as far as Kubernetes looks at it. */
export function isOfFormat(text: string, format: string): boolean {
  return Object.hasOwn(checks, format) ? (checks[format]?.(text) ?? true) : true;
}
