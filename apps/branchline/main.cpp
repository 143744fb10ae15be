#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "apps/branchline/flag_sources.h"
#include "apps/branchline/verbs/verbs.h"
#include "apps/version_text.h"
#include "framework/base/error.h"

namespace {

using branchline::apps::ExitCode;
using branchline::apps::Verb;

std::vector<Verb> add_verbs(CLI::App& app) {
  using namespace branchline::apps;
  return {add_demo(app),      add_run(app),        add_plan(app),   add_profile(app),
          add_verify(app),    add_inspect(app),    add_import(app), add_train(app),
          add_calibrate(app), add_experiment(app), add_report(app), add_link(app),
          add_ping(app),      add_doctor(app)};
}

bool takes_words(const CLI::App& app) {
  const auto options = app.get_options();
  return std::any_of(options.begin(), options.end(),
                     [](const CLI::Option* option) { return option->get_positional(); });
}

/// CLI11 would only say that a verb, or a verb's own sub-command, is missing.
void require_known_verb(const CLI::App& app, char** words) {
  const auto known = app.get_subcommands(nullptr);
  if (known.empty() || *words == nullptr || **words == '-') return;
  std::string names;
  for (const CLI::App* verb : known) {
    if (verb->get_name() == *words) return require_known_verb(*verb, words + 1);
    names += (names.empty() ? "" : ", ") + verb->get_name();
  }
  if (takes_words(app)) return;  // it judges them itself
  const std::string kind = app.get_parent() == nullptr ? "verb" : app.get_name();
  throw branchline::InputError("is no " + kind, *words, "choose one of " + names);
}

/// With the program's name in front, like every other error, and the verb's own help.
std::string usage_failure(const CLI::App* app, const CLI::Error& error) {
  std::string command = "branchline";
  while (!app->get_subcommands().empty()) {
    app = app->get_subcommands().front();
    command += " " + app->get_name();
  }
  return "branchline: " + std::string(error.what()) + "\nRun " + command +
         " --help for more information.\n";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Runs one early-exit network across device and edge, and answers before a deadline."};
  app.name("branchline");
  app.require_subcommand(1);
  app.set_version_flag("-V,--version", [] { return branchline::apps::version_text("branchline"); });
  app.failure_message(usage_failure);
  try {
    const std::vector<Verb> verbs = add_verbs(app);
    branchline::apps::add_flag_sources(app, "Read flags from a TOML file, one section a verb");
    require_known_verb(app, argv + 1);
    app.parse(argc, argv);
    return branchline::apps::run_chosen(verbs);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ExitCode::kDone : ExitCode::kUsage;
  } catch (const branchline::InputError& error) {
    std::cerr << "branchline: " << error.what() << '\n';
    return error.kind() == branchline::InputKind::model ? ExitCode::kBadModel : ExitCode::kUsage;
  } catch (const std::exception& error) {
    std::cerr << "branchline: " << error.what() << '\n';
    return ExitCode::kFailed;
  }
}
