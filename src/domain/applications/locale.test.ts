import { describe, expect, it } from "vitest";
import type { Application } from "./application.js";
import { chooseLocale, findLocale } from "./locale.js";
import { parseSettings } from "./settings/index.js";

const settings = parseSettings({ general: { name: "Test" }, locales: { default: "en", supported: ["en", "de", "de-CH", "pt-BR"] } });
const application = { settings } as Application;

describe("locale of an application", () => {
  it.each<[string, string | null | undefined, string | null]>([
    ["nothing", null, "en"],
    ["nothing (undefined)", undefined, "en"],
    ["a supported locale", "de-CH", "de-CH"],
    ["another letter case", "PT-br", "pt-BR"],
    ["a region of a supported language", "de-AT", null],
    ["the language of a supported region", "pt", null],
    ["an unsupported locale", "fr", null],
    ["an empty text", "", null],
  ])("find - %s is requested - answers the exact match or null", (_, requested, expected) => {
    expect(findLocale(application, requested)).toBe(expected);
  });

  it.each<[string, (string | null | undefined)[], string]>([
    ["none", [], "en"],
    ["only missing ones", [null, undefined, ""], "en"],
    ["a supported locale", ["DE-ch"], "de-CH"],
    ["a region of a supported language", ["de-AT"], "de"],
    ["the language of a supported region", ["pt"], "en"],
    ["an unsupported locale before a supported one", ["fr", "de-CH", "en"], "de-CH"],
    ["a region before an exact match", ["en-GB", "de"], "en"],
    ["only unsupported ones", ["fr", "-", "x-de"], "en"],
  ])("choose - candidates: %s - answers the first that fits, else the default", (_, candidates, expected) => {
    expect(chooseLocale(application, candidates)).toBe(expected);
  });
});
