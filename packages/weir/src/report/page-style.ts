/**
 * Style of the HTML report. One set of colour names, light and dark by the reader's setting, dark ink on light paper when printed. The four line colours
 * are told apart by dash as well as by hue, and keep a contrast of 3:1 or more with the page in both settings.
 */
export const PAGE_STYLE: string = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --card: #f5f7f9; --ink: #17212b; --soft: #52616f; --quiet: #7c8a97; --line: #dbe2e8;
  --router: #0b63c5; --table: #b4530a; --oracle: #2e7d43; --random: #77838f; --warn: #8a5300; --warn-back: #fff4e0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12171d; --card: #1a212a; --ink: #e6ebf0; --soft: #a7b4c0; --quiet: #8492a0; --line: #2f3a46;
    --router: #6db1ff; --table: #f0a35e; --oracle: #74c98a; --random: #93a0ad; --warn: #ffcf8a; --warn-back: #33270f;
  }
}
@media print {
  :root {
    --page: #ffffff; --card: #f5f7f9; --ink: #17212b; --soft: #52616f; --quiet: #7c8a97; --line: #dbe2e8;
    --router: #0b63c5; --table: #b4530a; --oracle: #2e7d43; --random: #77838f; --warn: #8a5300; --warn-back: #fff4e0;
  }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, sans-serif }
main { max-width: 860px; margin: 0 auto; padding: 32px 20px 64px }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px }
h2 { font-size: 19px; margin: 44px 0 6px }
h3 { font-size: 16px; margin: 26px 0 4px }
p { margin: 6px 0; max-width: 72ch }
.subject, .caption, .means { color: var(--soft) }
.subject { margin-bottom: 24px; overflow-wrap: anywhere }
.headline { font-size: 19px; line-height: 1.5; background: var(--card); border-left: 4px solid var(--router); padding: 14px 18px; margin: 18px 0; max-width: none }
.facts { display: flex; flex-wrap: wrap; gap: 12px; margin: 18px 0; padding: 0; list-style: none }
.facts li { flex: 1 1 170px; background: var(--card); border-radius: 8px; padding: 12px 16px; font-size: 14px; color: var(--soft) }
.facts strong { display: block; font-size: 27px; line-height: 1.2; color: var(--ink); font-variant-numeric: tabular-nums }
.warning { color: var(--warn); background: var(--warn-back); padding: 8px 14px; border-radius: 6px; max-width: none }
figure { margin: 12px 0 0 }
svg { max-width: 100%; height: auto; color: var(--ink); overflow: visible }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; list-style: none; padding: 0; margin: 8px 0; font-size: 14px }
.legend span { display: inline-block; width: 28px; margin-right: 7px; vertical-align: middle; border-top: 3px solid }
.legend .router { border-color: var(--router) } .legend .table { border-color: var(--table) }
.legend .oracle { border-color: var(--oracle); border-top-style: dotted } .legend .random { border-color: var(--random); border-top-style: dashed }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: 14px; margin: 10px 0; font-variant-numeric: tabular-nums }
th, td { padding: 6px 8px; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap }
th { color: var(--soft); font-weight: 600 }
th:first-child, td:first-child, .means { text-align: left }
.means { white-space: normal; min-width: 260px }
tr.marked td { font-weight: 600 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; font-size: 14px; overflow-wrap: anywhere }
dt { color: var(--soft) } dd { margin: 0 }
`
