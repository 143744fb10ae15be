#include "apps/branchline/verbs/link_commands.h"

#include <array>
#include <sstream>
#include <vector>

#include "apps/branchline/flags.h"
#include "framework/base/error.h"

namespace branchline::apps {
namespace {

using transport::LinkEmulator;
using CommandWords = std::vector<std::string>;

struct LinkCommand {
  const char* name;
  const char* form;
  std::size_t least_words, most_words;
  void (*obey)(LinkEmulator&, const CommandWords&);
};

void obey_rate(LinkEmulator& link, const CommandWords& words) {
  const bool both = words.size() == 2;
  if (!both && words[1] != "up" && words[1] != "down") {
    throw InputError("'" + quotable(words[1]) + "' is no direction", "rate", "Write up or down");
  }
  // parse_rate wants more than 0, which a link may well have: it stands still then.
  const double rate = words.back() == "0" ? 0 : parse_rate(words.back(), "rate");
  if (both || words[1] == "up") link.set_uplink(transport::steady_rate(rate));
  if (both || words[1] == "down") link.set_downlink(transport::steady_rate(rate));
}

constexpr std::array<LinkCommand, 8> kLinkCommands = {
    {{"rate", "rate [up|down] 2mbit", 2, 3, obey_rate},
     {"delay", "delay 20ms", 2, 2,
      [](LinkEmulator& link, const CommandWords& words) {
        link.set_delay(parse_duration(words[1], "delay"), link.status().jitter);
      }},
     {"jitter", "jitter 5ms", 2, 2,
      [](LinkEmulator& link, const CommandWords& words) {
        link.set_delay(link.status().delay, parse_duration(words[1], "jitter"));
      }},
     {"cut", "cut", 1, 1, [](LinkEmulator& link, const CommandWords&) { link.cut(); }},
     {"restore", "restore", 1, 1, [](LinkEmulator& link, const CommandWords&) { link.restore(); }},
     {"stall", "stall 500ms", 2, 2,
      [](LinkEmulator& link, const CommandWords& words) {
        link.stall(parse_duration(words[1], "stall"));
      }},
     {"reset", "reset", 1, 1, [](LinkEmulator& link, const CommandWords&) { link.reset_all(); }},
     {"status", "status", 1, 1, [](LinkEmulator&, const CommandWords&) {}}}};

CommandWords words_of(const std::string& line) {
  std::istringstream stream(line);
  CommandWords words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

}  // namespace

std::string link_command_help() {
  std::string help;
  for (const LinkCommand& command : kLinkCommands) {
    help += (help.empty() ? "" : ", ") + std::string(command.form);
  }
  return help;
}

void obey_link_command(const std::string& line, LinkEmulator& link) {
  const CommandWords words = words_of(line);
  for (const LinkCommand& command : kLinkCommands) {
    if (words.empty() || words.front() != command.name) continue;
    if (words.size() < command.least_words || words.size() > command.most_words) {
      throw InputError("'" + quotable(line) + "' has too few or too many words", "command",
                       std::string("Write ") + command.form);
    }
    command.obey(link, words);
    return;
  }
  throw InputError("'" + quotable(line) + "' is no command", "command",
                   "Commands: " + link_command_help());
}

}  // namespace branchline::apps
