#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/branchline/flags.h"
#include "apps/lab/experiments/faults/fault_experiment.h"

namespace branchline::lab {

std::string fault_table(const std::vector<FaultRow>& rows) {
  using apps::padded;
  std::string text = padded("fault", 12) + padded("times", 7) + padded("requests", 10) +
                     padded("feasible", 10) + padded("answered", 10) + padded("in time", 9) +
                     padded("late", 6) + padded("excused", 9) + padded("hit rate", 11) +
                     padded("edge", 7) + padded("fell back", 11) + padded("wrong", 7) +
                     padded("hung", 6) + "worst after the deadline\n";
  for (const FaultRow& row : rows) {
    text += padded(name_of(row.fault), 12) + padded(std::to_string(row.times), 7) +
            padded(std::to_string(row.requests), 10) + padded(std::to_string(row.feasible), 10) +
            padded(std::to_string(row.answered), 10) + padded(std::to_string(row.in_time), 9) +
            padded(std::to_string(row.answered - row.in_time), 6) +
            padded(std::to_string(row.excused), 9) +
            padded(fmt::format("{:.2f} %", 100 * row.hit_rate()), 11) +
            padded(std::to_string(row.by_edge), 7) + padded(std::to_string(row.fell_back), 11) +
            padded(std::to_string(row.wrong), 7) + padded(std::to_string(row.hung), 6) +
            apps::show_duration(row.worst) + (row.good() ? "\n" : "   NOT GOOD\n");
  }
  return text;
}

std::string late_answers_text(const std::vector<FaultRow>& rows) {
  std::string text;
  for (const FaultRow& row : rows) {
    for (const LateAnswer& late : row.late) {
      text += fmt::format("{} {}: {} after {}{}: {}\n", name_of(row.fault), late.request,
                          apps::show_duration(late.over), apps::show_duration(late.deadline),
                          late.excused ? ", excused" : "", late.explanation);
    }
  }
  return text;
}

std::string faults_csv(const std::vector<FaultRow>& rows) {
  std::string text =
      "schema,fault,times,requests,feasible,answered,in_time,excused,hit_rate,by_edge,fell_back,"
      "wrong,hung,worst_ns\n";
  for (const FaultRow& row : rows) {
    text +=
        fmt::format("branchline.faults_experiment/1,{},{},{},{},{},{},{},{:.6f},{},{},{},{},{}\n",
                    name_of(row.fault), row.times, row.requests, row.feasible, row.answered,
                    row.in_time, row.excused, row.hit_rate(), row.by_edge, row.fell_back, row.wrong,
                    row.hung, row.worst.count());
  }
  return text;
}

std::string faults_json(const FaultQuestion& question, const std::vector<FaultRow>& rows) {
  nlohmann::ordered_json json = {{"schema", "branchline.faults_experiment/1"},
                                 {"slowdown", question.slowdown},
                                 {"loosest_deadline_ns", question.loosest.count()},
                                 {"rows", nlohmann::ordered_json::array()}};
  for (const FaultRow& row : rows) {
    json["rows"].push_back({{"fault", name_of(row.fault)},
                            {"times", row.times},
                            {"requests", row.requests},
                            {"feasible", row.feasible},
                            {"answered", row.answered},
                            {"in_time", row.in_time},
                            {"excused", row.excused},
                            {"hit_rate", row.hit_rate()},
                            {"by_edge", row.by_edge},
                            {"fell_back", row.fell_back},
                            {"wrong", row.wrong},
                            {"hung", row.hung},
                            {"worst_ns", row.worst.count()},
                            {"good", row.good()}});
  }
  return json.dump(2) + '\n';
}

}  // namespace branchline::lab
