#include "apps/branchline/verbs/run_report.h"

#include <algorithm>
#include <iostream>
#include <set>

#include "apps/branchline/flags.h"

namespace branchline::apps {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

RunReport::RunReport(bool json, const std::string& trace) : json_(json) {
  if (!trace.empty()) trace_.emplace(trace);
}

void RunReport::add(const lab::FrameRecord& record) {
  if (trace_) trace_->add(record);
  records_.push_back(record);
  records_.back().spans = {};
  if (json_) std::cout << lab::to_json_line(record) << '\n' << std::flush;
  if (!record.detail.empty()) {
    progress_.clear();
    std::cerr << "branchline: frame " << record.frame << ": " << record.detail << '\n';
  }
  if (!json_) show_progress(record);
}

void RunReport::end() {
  progress_.clear();
  if (trace_) trace_->finish();
}

void RunReport::show_progress(const lab::FrameRecord& record) {
  progress_.show("frame " + std::to_string(record.frame) + "  exit " + std::to_string(record.exit) +
                 " on " + name_of(record.place) + "  " + show_duration(record.latency) + "  " +
                 lab::outcome_word(record.outcome));
}

void warn_of_unknown_labels(const std::vector<lab::FrameRecord>& records,
                            const std::vector<std::string>& classes) {
  std::set<std::string> unknown;
  for (const lab::FrameRecord& record : records) {
    if (!record.label || classes.empty()) continue;
    const bool index = record.label->find_first_not_of("0123456789") == std::string::npos;
    const bool known = std::find(classes.begin(), classes.end(), *record.label) != classes.end();
    if (!index && !known) unknown.insert(*record.label);
  }
  if (unknown.empty()) return;
  std::cerr << "branchline: the label" << (unknown.size() == 1 ? " " : "s ")
            << joined({unknown.begin(), unknown.end()})
            << (unknown.size() == 1 ? " is no class" : " are no classes")
            << " of this model, so its frames count as wrong; the classes are " << joined(classes)
            << '\n';
}

}  // namespace branchline::apps
