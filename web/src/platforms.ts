// What people call the platforms. A platform that this page is too old for has its code.

import { maybe } from "./messages";
import { PLATFORM_NAMES } from "./platform_names";
import { words } from "./times";

/** In the language of the page where it is no brand. */
export function platformName(platform: string): string {
  return maybe(`platform_${platform}`) ?? PLATFORM_NAMES[platform] ?? words(platform);
}

/** Without what stands in brackets: "E-mail (Amazon SES)" is an e-mail to whoever answers it. */
export function shortPlatformName(platform: string): string {
  return platformName(platform).replace(/ \(.*/, "");
}
