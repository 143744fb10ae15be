#include "apps/lab/report_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/branchline/flags.h"
#include "apps/lab/place_choice.h"
#include "apps/lab/report/html_page.h"
#include "apps/lab/svg_timeline.h"

namespace branchline::lab {
namespace {

using apps::show_duration;

constexpr const char* kStyle = R"(
:root{--device:#d9780f;--split:#8b5cf6;--edge:#0a7ea4;--down:#fde2e2;--area:#bfe3cc;--wait:#c9ced6}
@media(prefers-color-scheme:dark){:root{--device:#f59e3b;--split:#a98bff;--edge:#38b6dd;
--down:#47202a;--area:#22513a;--wait:#4a5361}}
tr.ours td{font-weight:700}
.card table{font-size:.85rem}.card th,.card td{white-space:normal;padding:.4rem .3rem}
.card.device h3{color:var(--device)}.card.split h3{color:var(--split)}
.card.edge h3{color:var(--edge)}.key{display:inline-block;width:.75em;height:.75em;border-radius:2px;
margin:0 .25em 0 .9em}svg{font:11px system-ui,sans-serif}
svg text{fill:var(--soft)}svg .lane{fill:var(--ink);font-weight:600}svg .tick{text-anchor:end}
svg .second{text-anchor:middle}svg .actname{fill:var(--ink);font-style:italic}
svg .grid{stroke:var(--line)}svg .act{stroke:var(--soft);stroke-dasharray:3 3}
svg .down{fill:var(--down)}svg .area{fill:var(--area)}svg .estimate{fill:none;stroke:var(--good);
stroke-width:1.5}svg .deadline{stroke:var(--late);stroke-width:1.2}svg .good{fill:var(--good)}
svg .insured{fill:none;stroke:var(--good);stroke-width:1.3}svg circle.late{fill:var(--late)}
svg rect.device{fill:var(--device)}svg rect.split{fill:var(--split)}svg rect.edge{fill:var(--edge)}
svg .bar{stroke-width:2}svg .bar.device{stroke:var(--device)}svg .bar.edge{stroke:var(--edge)}
svg .bar.waiting{stroke:var(--wait)}.narrow{display:none}
@media(max-width:640px){.wide{display:none}.narrow{display:block}}
)";

std::string percent(std::optional<double> share) {
  return share ? fmt::format("{:.1f} %", 100 * *share) : "–";
}

std::string table_rows(const DemoStory& story) {
  std::string rows;
  for (const MethodSummary& s : story.table) {
    const bool ours = &s == &story.table.front();
    const std::string worst =
        s.unanswered() > 0 ? fmt::format("{} lost", s.unanswered()) : show_duration(s.worst);
    rows += fmt::format(
        "<tr{}><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        ours ? " class=\"ours\"" : "", html_text(s.method), percent(s.hit_rate()),
        percent(s.accuracy()), percent(s.right_in_time_share()),
        apps::show_bytes(std::llround(s.bytes_per_frame)),
        s.answered > 0 ? show_duration(s.p50) : "–", worst);
  }
  return rows;
}

std::string table_section(const DemoStory& story) {
  return "<h2>Against doing it one way only</h2><div class=\"scroll\"><table><thead><tr><th></th>"
         "<th>deadline met</th><th>accuracy</th><th>right in time</th><th>bytes/frame</th>"
         "<th>median</th><th>worst</th></tr></thead><tbody>" +
         table_rows(story) +
         "</tbody></table></div><p class=\"soft\">Accuracy counts every right answer, however "
         "late; <em>right in time</em> counts those a robot can use. A lost frame got no answer "
         "and is wrong. Bytes are both directions together.</p>";
}

std::string timeline_section(const DemoStory& story) {
  return "<h2>What happened</h2><p><i class=\"key\" style=\"background:var(--device)\"></i>device"
         "<i class=\"key\" style=\"background:var(--split)\"></i>split"
         "<i class=\"key\" style=\"background:var(--edge)\"></i>edge"
         "<i class=\"key\" style=\"background:var(--wait)\"></i>link and waiting"
         "<i class=\"key\" style=\"background:var(--down)\"></i>link down</p><div class=\"wide\">" +
         svg_timeline(story, 960) + "</div><div class=\"narrow\">" + svg_timeline(story, 400) +
         "</div>";
}

std::string acts_section(const DemoStory& story) {
  std::string cards;
  for (const Act& act : story.acts) {
    std::vector<FrameRecord> frames;
    for (const FrameRecord& r : story.records) {
      if (r.arrival >= act.begin && r.arrival < act.end) frames.push_back(r);
    }
    const MethodSummary s = summarise("", frames);
    cards += fmt::format(
        "<div class=\"card\"><h3>{}</h3><p>{}</p><p class=\"soft\">{} frames: {} on the device, {} "
        "split, {} on the edge; {} by the fallback. Deadline met {}, accuracy {}.</p></div>",
        html_text(act.name), html_text(act.shows), s.frames, s.places[0], s.places[1], s.places[2],
        s.insured, percent(s.hit_rate()), percent(s.accuracy()));
  }
  return "<h2>The acts</h2><div class=\"cards\">" + cards + "</div>";
}

std::string option_row(const PlaceOption& option, Place chosen, int exits) {
  const std::string name =
      fmt::format("{}{}", name_of(option.place), option.place == chosen ? " ✓" : "");
  if (!option.possible)
    return fmt::format("<tr><td>{}</td><td colspan=\"2\">no link</td></tr>", name);
  const std::string fits =
      option.exit == 0 ? "none"
                       : fmt::format("{} in {}", option.exit, show_duration(option.predicted));
  return fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>", name, fits,
                     option.exit == exits ? "–" : show_duration(option.deepest_exit));
}

std::string choices_section(const DemoStory& story) {
  std::string cards;
  for (const PlaceChoice& choice : story.choices) {
    std::string rows;
    for (const PlaceOption& option : choice.options) {
      rows += option_row(option, choice.frame.place, story.exits);
    }
    cards += fmt::format(
        "<div class=\"card {0}\"><h3>{1} at {2:.1f} s</h3><p>{3}</p><table><thead><tr><th>predicted"
        "</th><th>deepest exit in time</th><th>exit {4} takes</th></tr></thead><tbody>{5}</tbody>"
        "</table></div>",
        name_of(choice.frame.place),
        choice.frame.place == Place::device  ? "On the device"
        : choice.frame.place == Place::split ? "Split"
                                             : "On the edge",
        static_cast<double>(choice.frame.arrival.count()) / 1e9,
        html_text(reason_of(choice, story.deadline)), story.exits, rows);
  }
  return "<h2>Why there, and not elsewhere</h2><p>For each place that was chosen, one frame from "
         "the "
         "middle of the links it met, with what the cost model predicts for all three places: "
         "measured layer times, the link as it was known at that moment, the bytes that "
         "cross.</p><div class=\"cards\">" +
         cards + "</div>";
}

std::string setting_section(const DemoStory& story) {
  std::string exits;
  for (std::size_t exit = 0; exit < story.exit_accuracy.size(); ++exit) {
    exits += fmt::format("{}exit {}: {}", exit == 0 ? "" : ", ", exit + 1,
                         percent(story.exit_accuracy[exit]));
  }
  const auto item = [](const char* name, const std::string& text) {
    return fmt::format("<li><b>{}:</b> {}</li>", name, html_text(text));
  };
  return "<h2>How it was measured</h2><ul>" + item("Frames", story.frames) +
         item("Device", story.device) + item("Edge", story.edge) + item("Link", story.link) +
         item("Calibrated accuracy", exits.empty() ? "not calibrated" : exits) +
         item("Made by", story.command) +
         "</ul><p class=\"soft\">Raw numbers: frames.csv (every frame of every method), link.csv, "
         "config.toml, timeline.gp. One machine plays all parts, so its other work shows in the "
         "numbers.</p>";
}

}  // namespace

std::string report_page(const DemoStory& story) {
  const std::string body =
      fmt::format(
          "<h1>One network, two machines, every answer within {}</h1>"
          "<p>{} has {} exits. For each frame Branchline chose how deep to go and where to "
          "compute: on the device (<b>slowed by ×{:.3g}</b>), on the edge, or split between "
          "them. The link was made good, then bad, then cut.</p>",
          show_duration(story.deadline), html_text(story.model), story.exits, story.slowdown) +
      table_section(story) + timeline_section(story) + choices_section(story) +
      acts_section(story) + setting_section(story);
  return html_page("Branchline demo", kStyle, body);
}

}  // namespace branchline::lab
