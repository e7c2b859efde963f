"""How the report of an evacuation looks, on a screen and on paper."""

CSS = """
:root{--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--fill:#f6f8fa;--go:#1a7f37;--stop:#b3261e;--ask:#8a5a00;--main:#0b5cad}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,"Noto Sans KR","Malgun Gothic",sans-serif;color:var(--ink);margin:0 auto;max-width:60rem;padding:1rem}
h1{font-size:1.7rem;margin:.2rem 0}h2{font-size:1.25rem;margin:2rem 0 .5rem;border-bottom:2px solid var(--main);padding-bottom:.2rem}
h3{font-size:1.05rem;margin:1.2rem 0 .4rem}
table{border-collapse:collapse;width:100%;font-size:.86rem;margin:.4rem 0 1rem}
th,td{border:1px solid var(--line);padding:.3rem .45rem;text-align:left;vertical-align:top;word-break:keep-all;overflow-wrap:break-word}
thead th{white-space:nowrap}table.wide thead th{white-space:normal}td.f{font-size:.92em;min-width:11rem}td.u{white-space:nowrap}ol.sources{font-size:.8rem;color:var(--soft);padding-left:1.6rem}
thead th{background:var(--fill)}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.scroll{overflow-x:auto}.notice{border-left:4px solid var(--ask);background:#fff8e6;padding:.5rem .8rem;margin:.6rem 0}
.lead{font-size:1.08rem;background:var(--fill);border-left:4px solid var(--main);padding:.7rem 1rem}.lead p{margin:.25rem 0}
.pass{color:var(--go);font-weight:700}.fail{color:var(--stop);font-weight:700}.cannot_tell{color:var(--ask);font-weight:700}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.6rem 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
svg{max-width:100%;height:auto}svg text{font:12px system-ui,"Noto Sans KR",sans-serif;fill:var(--ink)}
.grid{stroke:#e4e8ec;stroke-width:1}.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;padding:0;font-size:.86rem}.legend svg{width:36px}
.plan{border:1px solid var(--line);background:#fff}.plan .space{fill:#eef1f4;stroke:#8c959f;stroke-width:.6}.plan .here{fill:#dbe9f8;stroke:#8c959f;stroke-width:.6}
.plan .flow{stroke:#0b5cad;opacity:.65;fill:none}.plan .stairs{stroke:#6f42c1}.plan .head{fill:#0b5cad}
.plan .queue{fill:#ffdf9e;stroke:#8a5a00;stroke-width:1.5}.plan .count{font-weight:700}.plan circle.exit{fill:#1a7f37}.plan .unused{fill:none;stroke:#1a7f37}.plan text.exit{font-weight:700;fill:#0f5323}
.bar{stroke:#1b1f24;stroke-width:1.5;fill:none}
.lang{display:flex;gap:1rem;justify-content:flex-end;font-size:.9rem}
main{display:none}#show-ko:checked~main[lang=ko],#show-en:checked~main[lang=en]{display:block}
@page{size:A4;margin:16mm 14mm}
@media print{.lang,input[name=lang]{display:none}body{max-width:none;padding:0;font-size:11px}h2{break-after:avoid}h3{break-after:avoid}tr,figure{break-inside:avoid}.scroll{overflow:visible}thead{display:table-header-group}}
figure{margin:.4rem 0 1.2rem}figcaption{font-size:.86rem;color:var(--soft)}
""".replace("\n", "")
