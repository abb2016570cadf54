// What people call the platforms. A platform that this page is too old for has its code.

import { PLATFORM_NAMES } from "./platform_names";
import { words } from "./times";

export function platformName(platform: string): string {
  return PLATFORM_NAMES[platform] ?? words(platform);
}

/** Without what stands in brackets: "E-mail (Amazon SES)" is an e-mail to whoever answers it. */
export function shortPlatformName(platform: string): string {
  return platformName(platform).replace(/ \(.*/, "");
}
