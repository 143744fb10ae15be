#include "apps/lab/report/html_page.h"

namespace branchline::lab {
namespace {

constexpr const char* kCommonStyle = R"(
:root{--paper:#fbfbf9;--ink:#1d2430;--soft:#667085;--line:#e2e4e8;--good:#1f7a4d;--late:#c81e1e;
--card:#fff}
@media(prefers-color-scheme:dark){:root{--paper:#14181f;--ink:#e6e9ee;--soft:#9aa4b2;--line:#2b323d;
--good:#4cc38a;--late:#ff6b6b;--card:#1b2029}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.55 system-ui,sans-serif}main{max-width:62rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}h2{font-size:1.2rem;margin:2.2rem 0 .5rem}
p,li{max-width:46rem}.soft{color:var(--soft)}.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;width:100%}
th,td{padding:.4rem .6rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child,td:first-child{text-align:left}th{font-weight:600;color:var(--soft);font-size:.85rem}
.cards{display:grid;gap:1rem;grid-template-columns:
repeat(auto-fit,minmax(17rem,1fr))}.card{background:var(--card);border:1px solid var(--line);
border-radius:.6rem;padding:.9rem 1rem}.card h3{margin:0 0 .3rem;font-size:1rem}.card p{margin:.3rem 0}
svg{width:100%;height:auto;display:block}
code{background:var(--line);border-radius:.3rem;padding:.1rem .3rem;overflow-wrap:anywhere}
)";

std::string row_of(const std::vector<std::string>& cells, const std::string& tag) {
  std::string row = "<tr>";
  for (const std::string& cell : cells) row += "<" + tag + ">" + html_text(cell) + "</" + tag + ">";
  return row + "</tr>";
}

}  // namespace

std::string html_text(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '"')
      safe += "&quot;";
    else
      safe += c;
  }
  return safe;
}

std::string html_page(const std::string& title, const std::string& style, const std::string& body) {
  return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width,initial-scale=1\"><meta name=\"color-scheme\" "
         "content=\"light dark\"><title>" +
         html_text(title) + "</title><style>" + kCommonStyle + style +
         "</style></head><body><main>" + body + "</main></body></html>\n";
}

std::string html_table(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows) {
  std::string body;
  for (const std::vector<std::string>& row : rows) body += row_of(row, "td");
  return "<div class=\"scroll\"><table><thead>" + row_of(header, "th") + "</thead><tbody>" + body +
         "</tbody></table></div>";
}

}  // namespace branchline::lab
