"""What the report of an evacuation says, in Korean and English."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("대피 계획 보고서", "Evacuation plan report"),
    "language": ("언어", "Language"),
    "venue": ("장소", "Venue"),
    "scenario": ("시나리오", "Scenario"),
    "digest": ("시나리오 지문 (SHA-256)", "Fingerprint of the scenario (SHA-256)"),
    "version": ("데이터 판", "Data version"),
    "calibration": ("이동 모형 계수", "Movement calibration"),
    "step": ("시간 간격", "Step of time"),
    "schematic": ("이 모델은 측량 도면이 아닌 개략 모델입니다.", "This model is schematic: it is not a survey."),
    "total": ("전체 시간", "Total time"),
    "verdicts": ("기준별 판정", "Verdicts by code"),
    "curve": ("대피 곡선", "Evacuation curve"),
    "zones": ("구역 도면", "Zone diagrams"),
    "initial": ("초기 인원 배치", "Initial distribution"),
    "congestion": ("혼잡 지점", "Congestion points"),
    "cut_off": ("스스로 나가지 못하는 사람", "People who do not get out by themselves"),
    "trips": ("엘리베이터 구조 운행", "Lift trips from refuges"),
    "margins": ("ASET와 RSET", "ASET and RSET"),
    "signs": ("유도 표지 방향", "Sign directions"),
    "sheets": ("기준 검토표", "Sheets of the codes"),
    "sensitivity": ("민감도", "Sensitivity"),
    "assumptions": ("가정", "Assumptions"),
    "method": ("방법과 벗어난 점", "Method and deviations from it"),
    "calculation": ("계산 내역", "Calculation details"),
    "verified": ("검증된 것과 되지 않은 것", "What was verified and what was not"),
    "persons": ("인원", "Persons"),
    "first": ("처음", "First"),
    "last": ("마지막", "Last"),
    "left": ("남은 사람", "Left"),
    "exit": ("출구", "Exit"),
    "exits": ("출구", "Exits"),
    "platform": ("승강장", "Platform"),
    "platforms": ("승강장", "Platforms"),
    "level": ("층", "Level"),
    "levels": ("층", "Levels"),
    "space": ("공간", "Space"),
    "place": ("위치", "Place"),
    "element": ("요소", "Element"),
    "capacity": ("용량 (명/초)", "Capacity (persons/s)"),
    "queue": ("최대 대기 인원", "Longest queue"),
    "queue_when": ("대기 시간대", "Queue from – to"),
    "critical": ("최적해의 한계", "Limits the optimum"),
    "relief": ("넓히면", "What would help"),
    "mobility": ("이동 유형", "Mobility"),
    "reason": ("이유", "Reason"),
    "blocked": ("막는 것", "Blocked by"),
    "waits": ("대피 공간에서 대기", "Waits in a refuge"),
    "yes": ("예", "yes"),
    "no": ("아니요", "no"),
    "lift": ("엘리베이터", "Lift"),
    "refuge": ("대피 공간", "Refuge"),
    "start": ("출발", "Start"),
    "end": ("도착", "End"),
    "aset": ("견딜 수 있는 시간 (ASET)", "Available (ASET)"),
    "rset": ("필요한 시간 (RSET)", "Required (RSET)"),
    "margin": ("여유", "Margin"),
    "criterion": ("결정 기준", "Governing criterion"),
    "window": ("시간대", "Window"),
    "towards": ("가리키는 곳", "Points to"),
    "bearing": ("방위", "Bearing"),
    "share": ("비율", "Share"),
    "row": ("행", "Row"),
    "quantity": ("항목", "Quantity"),
    "formula": ("식과 수", "Formula with numbers"),
    "value": ("값", "Value"),
    "unit": ("단위", "Unit"),
    "limit": ("한도", "Limit"),
    "source": ("출처", "Source"),
    "basis": ("근거", "Basis"),
    "verdict": ("판정", "Verdict"),
    "pass": ("적합", "PASS"),
    "fail": ("부적합", "FAIL"),
    "cannot_tell": ("판정 불가", "CANNOT TELL"),
    "surveyed": ("조사", "surveyed"),
    "declared": ("선언", "declared"),
    "default": ("기본값", "default"),
    "not_read": ("원문 미확인", "own text not read"),
    "change": ("바꾼 것", "Change"),
    "clearance": ("대피 완료", "Clearance"),
    "difference": ("차이", "Difference"),
    "key": ("이름", "Name"),
    "none": ("없음", "None"),
    "out_of_service": ("운행하지 않는 에스컬레이터", "Escalator out of service"),
    "simulated": ("계획을 따른 모의 실행", "The plan, simulated"),
    "planned": ("계획", "The plan"),
    "optimum": ("증명된 최적", "The proven optimum"),
    "nearest": ("모두 가까운 출구로", "Everybody to the nearest exit"),
    "bound": ("하한", "Lower bound"),
    "gap": ("최적과의 차이", "Gap to the optimum"),
    "minutes": ("분", "minutes"),
    "north": ("북", "N"),
    "flows": (
        "화살표가 굵을수록 많은 사람이 지나갑니다. 원은 대기 줄이며 숫자는 최대 인원입니다.",
        "The thicker an arrow, the more people go there. Circles are queues, with the most people in them.",
    ),
    "disabled": ("교통약자 대피 완료", "Clearance of people with a disability"),
    "quantile": ("분위수", "Quantile"),
    "never": ("나가지 못함", "never"),
    "stays": ("유지됨", "stays tenable"),
    "summary_clear": (
        "{persons}명 가운데 {out}명이 {time}에 모두 밖으로 나갑니다 (계수: {calibration}).",
        "Of {persons} persons, {out} get out; the last of them at {time} (calibration: {calibration}).",
    ),
    "summary_nobody": ("{persons}명 가운데 아무도 나가지 못합니다.", "Of {persons} persons, nobody gets out."),
    "summary_optimum": (
        "같은 통로에서 이보다 빠를 수 있는 한계는 {optimum}입니다. 계획은 그보다 {gap} 깁니다.",
        "Nobody can do it sooner than {optimum} on these ways; the plan is {gap} above that.",
    ),
    "summary_certified": (
        "한 단계 더 짧은 시간으로는 불가능함을 증명했습니다.",
        "That one step less is impossible was proven.",
    ),
    "summary_bound": (
        "최적해는 증명하지 않았습니다. 하한은 {bound}입니다.",
        "The optimum was not proven; the lower bound is {bound}.",
    ),
    "summary_nearest": (
        "안내 없이 모두 가까운 출구로 가면 {nearest} 걸립니다.",
        "If everybody goes to the nearest exit without guidance, it takes {nearest}.",
    ),
    "summary_left": (
        "{left}명은 스스로 나가지 못합니다. 그 가운데 {waiting}명은 대피 공간에서 구조를 기다립니다.",
        "{left} do not get out by themselves; {waiting} of them wait in a refuge to be fetched.",
    ),
    "summary_queue": (
        "가장 긴 줄은 {element}: {queue}명, {start}부터 {end}까지.",
        "The longest queue is at {element}: {queue} persons, from {start} to {end}.",
    ),
    "method_text": (
        "공간을 약 50 m²의 칸으로, 문·계단·에스컬레이터·개찰구를 유효 폭과 유동률이 있는 통로로 나눈 망에서, 용량을 지키는 경로(CCRP)를 정하고 그 계획을 사람 단위로 모의 실행했습니다. 최적해는 시간 확장 망의 최대 유동으로 구했습니다. 사람 사이의 밀고 당김, 되돌아감, 무리, 방향 감각은 다루지 않습니다.",
        "Spaces are cells of about 50 m²; doors, stairs, escalators and gates are passages with an effective width and a flow. Capacity-constrained routes (CCRP) are laid through this network, and the plan is simulated person by person. The optimum is a maximum flow in the network expanded in time. Pushing, turning back, groups and losing one's way are not modelled.",
    ),
    "deviations": (
        "RiMEA와 IMO의 미시 모형 시험 가운데 망 모형에 해당하지 않는 것은 하지 않았습니다. 목록은 문서의 검증 표에 있습니다.",
        "Tests of RiMEA and IMO that only apply to microscopic models were not done; the table of verification in the documentation lists them.",
    ),
    "verified_text": (
        "이 모형은 검증(verification)되었으나 실제 대피와의 비교 확인(validation)은 되지 않았습니다. 수식과 절차가 정해진 시험과 맞는지만 확인했습니다. 실제 대피 시간은 더 길 수 있습니다.",
        "This model is verified and not validated: its sums and procedures agree with prescribed tests, but it was not compared with real evacuations. A real one may take longer.",
    ),
    "compare": (
        "서로 다른 계수로 얻은 시간은 비교하지 마세요. 문에서는 두 배까지 차이 납니다.",
        "Do not compare times of different calibrations: at doors they are up to two times apart.",
    ),
}


def say(key: str, lang: str, **values: object) -> str:
    """One text in a language, with values put in."""
    text = WORDS[key][0 if lang == "ko" else 1]
    return text.format(**values) if values else text


def clock(seconds: float | None, lang: str) -> str:
    """Seconds as minutes and seconds; who never comes has no time."""
    if seconds is None:
        return say("never", lang)
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d} ({whole} s)"
