#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "apps/branchline/verbs/verbs.h"
#include "apps/version_text.h"
#include "framework/base/error.h"

namespace {

using branchline::apps::ExitCode;
using branchline::apps::Verb;

std::vector<Verb> add_verbs(CLI::App& app) {
  using namespace branchline::apps;
  return {add_demo(app),      add_run(app),     add_plan(app),   add_profile(app),
          add_verify(app),    add_inspect(app), add_import(app), add_train(app),
          add_calibrate(app), add_link(app),    add_ping(app),   add_doctor(app)};
}

/// BRANCHLINE_<VERB>_<FLAG> for every long flag: below the flag itself, above the configuration
/// file.
void add_environment_names(CLI::App& verb) {
  for (CLI::Option* option : verb.get_options()) {
    if (option->get_lnames().empty() || option->get_lnames().front() == "help") continue;
    std::string name = "BRANCHLINE_" + verb.get_name() + "_" + option->get_lnames().front();
    std::replace(name.begin(), name.end(), '-', '_');
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    option->envname(name);
  }
}

int run_chosen(const std::vector<Verb>& verbs) {
  for (const Verb& verb : verbs) {
    if (verb.command->parsed()) return verb.run();
  }
  return ExitCode::kUsage;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Runs one early-exit network across device and edge, and answers before a deadline."};
  app.name("branchline");
  app.require_subcommand(1);
  app.set_version_flag("-V,--version", [] { return branchline::apps::version_text("branchline"); });
  app.set_config("--config", "",
                 "Read flags from a TOML file, one section a verb; given before the verb");
  try {
    const std::vector<Verb> verbs = add_verbs(app);
    for (const Verb& verb : verbs) add_environment_names(*verb.command);
    app.parse(argc, argv);
    return run_chosen(verbs);
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
