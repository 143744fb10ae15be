#include "apps/branchline/verbs/manifest_table.h"

#include <fmt/format.h>

namespace branchline::apps {
namespace {

std::string percent(const std::optional<double>& share) {
  return share ? fmt::format("{:.2f} %", 100 * *share) : "-";
}

}  // namespace

std::string manifest_table(const model::ModelManifest& manifest) {
  std::string table = fmt::format("{}, measured on {}\n", manifest.name,
                                  manifest.data_set.empty() ? "nothing yet" : manifest.data_set);
  table += fmt::format("{:<12}{:>10}{:>18}{:>14}", "exit", "accuracy", "leave below", "leave here");
  for (const model::CodecAccuracy& codec : manifest.codecs) {
    table += fmt::format("{:>10}", codec.codec);
  }
  table += '\n';
  for (std::size_t i = 0; i < manifest.exits.size(); ++i) {
    const model::ExitManifest& exit = manifest.exits[i];
    const std::string threshold =
        exit.entropy_threshold ? fmt::format("{:.3f} nats", *exit.entropy_threshold) : "-";
    table += fmt::format("{:<12}{:>10}{:>18}{:>14}", exit.name, percent(exit.accuracy), threshold,
                         percent(exit.leave_share));
    for (const model::CodecAccuracy& codec : manifest.codecs) {
      if (i < codec.accuracy.size()) table += fmt::format("{:>10}", percent(codec.accuracy[i]));
    }
    table += '\n';
  }
  return table;
}

}  // namespace branchline::apps
