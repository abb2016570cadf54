// What the page must know before its first request. index.html carries it.

interface Configuration {
  client: string;
  /** The managed login, without a slash at its end. */
  sign_in: string;
}

const content = document.querySelector<HTMLMetaElement>('meta[name="heard"]')?.content ?? "{}";
export const configuration = JSON.parse(content) as Configuration;
