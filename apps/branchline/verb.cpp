#include "apps/branchline/verb.h"

#include <CLI/CLI.hpp>

namespace branchline::apps {

int run_chosen(const std::vector<Verb>& verbs) {
  for (const Verb& verb : verbs) {
    if (verb.command->parsed()) return verb.run();
  }
  return kUsage;
}

}  // namespace branchline::apps
