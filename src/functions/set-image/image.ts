import { RE2JS } from "re2js";

/** What is to become of images of one name. */
export interface ImageChange {
  name: string;
  newName: string;
  newTag: string;
  digest: string;
}

interface Parts {
  name: string;
  tag: string;
  digest: string;
}

/** Divides `registry:5000/name:tag@digest`; the registry's port is no tag. */
export function splitImage(image: string): Parts {
  const slash = Math.max(image.indexOf("/"), 0);
  const at = image.indexOf("@", slash);
  const colon = image.indexOf(":", slash);
  if (at >= 0 && (colon < 0 || at < colon)) {
    return { name: image.slice(0, at), tag: "", digest: image.slice(at + 1) };
  }
  if (colon < 0) return { name: image, tag: "", digest: "" };
  const name = image.slice(0, colon);
  if (at < 0) return { name, tag: image.slice(colon + 1), digest: "" };
  return { name, tag: image.slice(colon + 1, at), digest: image.slice(at + 1) };
}

/** The image after the change: a new tag drops the digest, a new digest the tag, a new name keeps both. */
export function changeImage(image: string, change: ImageChange): string {
  const parts = splitImage(image);
  const name = change.newName || parts.name;
  let { tag, digest } = parts;
  if (change.newTag !== "" || change.digest !== "") {
    tag = change.newTag;
    digest = change.digest;
  }
  return `${name}${tag === "" ? "" : `:${tag}`}${digest === "" ? "" : `@${digest}`}`;
}

/**
 * The test whether an image is meant by a name. As with the published function the name is a pattern: `ng.nx`
 * means nginx too. Throws the pattern engine's error.
 */
export function imageMatcher(name: string): (image: string) => boolean {
  const pattern = RE2JS.compile(`^${name}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`);
  return image => pattern.matcher(image).find();
}
