/** Texts of the planner: loaded with it. */
import { language } from "../i18n";

/** English, Korean. */
const TEXTS = {
  title: ["Whole evacuation", "전체 피난 계획"],
  scenario: ["Scenario", "시나리오"],
  file: ["Or a file (TOML, JSON)", "또는 파일 (TOML, JSON)"],
  run: ["Make the plan", "계획 만들기"],
  cancel: ["Cancel", "취소"],
  report: ["Report to print", "인쇄용 보고서"],
  time: ["Time", "시각"],
  play: ["Play", "재생"],
  pause: ["Pause", "멈춤"],
  density: ["Persons per m², spaces now", "m²당 사람, 지금 공간 수"],
  source: ["Fruin, waiting areas (TCRP Report 165, ch. 10)", "Fruin 대기 공간 기준 (TCRP Report 165, 10장)"],
} as const;

export function p(key: keyof typeof TEXTS): string {
  return TEXTS[key][language() === "ko" ? 1 : 0];
}
