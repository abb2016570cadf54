import { t } from "../messages";

/** A customer's title and text, in the direction of their own letters. */
export function Words(props: {
  title: string | null | undefined;
  text: string | null | undefined;
}) {
  const { title, text } = props;
  return (
    <>
      {title ? (
        <h3 class="review-title" dir="auto">
          {title}
        </h3>
      ) : null}
      {text ? (
        <blockquote class="words" dir="auto">
          {text}
        </blockquote>
      ) : title ? null : (
        <p class="meta">{t("no_words")}</p>
      )}
    </>
  );
}
