#include "apps/branchline/flag_sources.h"

#include <toml++/toml.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <istream>
#include <memory>
#include <sstream>
#include <utility>
#include <vector>

#include "framework/base/error.h"

namespace branchline::apps {
namespace {

std::string environment_name(const std::string& prefix, std::string flag) {
  std::replace(flag.begin(), flag.end(), '-', '_');
  std::transform(flag.begin(), flag.end(), flag.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return prefix + "_" + flag;
}

void add_environment_names(CLI::App& app, const std::string& prefix) {
  for (CLI::Option* option : app.get_options()) {
    if (option->get_lnames().empty() || !option->get_configurable()) continue;
    option->envname(environment_name(prefix, option->get_lnames().front()));
  }
}

bool is_in_environment(const CLI::Option& option) {
  const char* value =
      option.get_envname().empty() ? nullptr : std::getenv(option.get_envname().c_str());
  return value != nullptr && *value != '\0';
}

const CLI::App* verb_named(const CLI::App& app, const std::string& name) {
  for (const CLI::App* verb : app.get_subcommands(nullptr)) {
    if (verb->get_name() == name) return verb;
  }
  return nullptr;
}

/// CLI11's own reader takes text that is no TOML for a file without flags, ignores unknown keys,
/// and lets the file win over the environment.
class TomlFlags final : public CLI::ConfigTOML {
 public:
  explicit TomlFlags(const CLI::App& app) : app_(app) {}

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    const toml::table file = parsed(input);
    std::vector<CLI::ConfigItem> found;
    add_section(app_, {}, file, found);
    return found;
  }

 private:
  std::string where() const { return "--config " + app_.get_config_ptr()->as<std::string>(); }

  static std::string help_of(const CLI::App& app) { return name_of(app) + " --help"; }

  static std::string name_of(const CLI::App& app) {
    const CLI::App* parent = app.get_parent();
    return (parent == nullptr ? "" : name_of(*parent) + " ") + app.get_name();
  }

  toml::table parsed(std::istream& input) const {
    try {
      return toml::parse(input);
    } catch (const toml::parse_error& error) {
      std::ostringstream line;
      line << "line " << error.source().begin.line << ": ";
      throw InputError(line.str() + std::string(error.description()), where(),
                       "write e.g. deadline = \"80ms\" below [run]");
    }
  }

  /// The flags of a verb, and below them those of its sub-commands.
  void add_section(const CLI::App& app, const std::vector<std::string>& parents,
                   const toml::table& section, std::vector<CLI::ConfigItem>& found) const {
    for (const auto& [key, value] : section) {
      const std::string name(key.str());
      const toml::table* inner = value.as_table();
      if (inner == nullptr) {
        add_item(app, parents, name, value, found);
        continue;
      }
      const CLI::App* verb = verb_named(app, name);
      if (verb == nullptr) {
        throw InputError("there is no verb '" + name + "'", where(), "see " + help_of(app));
      }
      std::vector<std::string> path = parents;
      path.push_back(name);
      add_section(*verb, path, *inner, found);
    }
  }

  void add_item(const CLI::App& app, const std::vector<std::string>& parents,
                const std::string& name, const toml::node& value,
                std::vector<CLI::ConfigItem>& found) const {
    const CLI::Option* option = app.get_option_no_throw("--" + name);
    if (option == nullptr) option = app.get_option_no_throw(name);  // a positional one
    if (option == nullptr || !option->get_configurable()) {
      throw InputError("'" + name + "' is no flag", where(), "see " + help_of(app));
    }
    CLI::ConfigItem item{parents, name, texts_of(name, value)};
    const bool is_flag = option->get_expected_max() == 0 || option->get_items_expected_max() == 0;
    const auto unset = [&](const std::string& text) {
      return text.empty() || (is_flag && text == "false");
    };
    if (std::all_of(item.inputs.begin(), item.inputs.end(), unset)) return;
    if (!is_in_environment(*option)) found.push_back(std::move(item));
  }

  std::vector<std::string> texts_of(const std::string& name, const toml::node& value) const {
    std::vector<std::string> texts;
    if (const toml::array* list = value.as_array()) {
      for (const toml::node& element : *list) texts.push_back(text_of(name, element));
    } else {
      texts.push_back(text_of(name, value));
    }
    return texts;
  }

  std::string text_of(const std::string& name, const toml::node& value) const {
    if (const auto* text = value.as_string()) return text->get();
    std::ostringstream written;
    if (const auto* truth = value.as_boolean()) {
      written << (truth->get() ? "true" : "false");
    } else if (const auto* integer = value.as_integer()) {
      written << integer->get();
    } else if (const auto* real = value.as_floating_point()) {
      written.precision(15);
      written << real->get();
    } else {
      throw InputError("'" + name + "' is no text, number or truth value", where(),
                       "write e.g. " + name + " = \"…\"");
    }
    return written.str();
  }

  const CLI::App& app_;
};

void add_verb_sources(CLI::App& app, const std::shared_ptr<TomlFlags>& reader,
                      const std::string& prefix) {
  add_environment_names(app, prefix);
  for (CLI::App* verb : app.get_subcommands(nullptr)) {
    verb->config_formatter(reader);
    verb->fallthrough();  // --config and --version also stand behind the verb
    add_verb_sources(*verb, reader, environment_name(prefix, verb->get_name()));
  }
}

}  // namespace

void add_flag_sources(CLI::App& app, const std::string& config_help) {
  app.set_config("--config", "", config_help)->type_name("FILE.toml");
  const auto reader = std::make_shared<TomlFlags>(app);
  app.config_formatter(reader);
  add_verb_sources(app, reader, "BRANCHLINE");
}

}  // namespace branchline::apps
