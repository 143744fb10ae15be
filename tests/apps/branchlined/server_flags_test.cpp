#include "apps/branchlined/server_flags.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>

#include "framework/base/error.h"

namespace branchline::apps {
namespace {

using namespace std::chrono_literals;

TEST(ServerFlags, ReadsUnits) {
  CLI::App app;
  ServerFlags flags;
  add_server_flags(app, flags);
  app.parse("--models a.pt b.pt --max-frame 8MiB --drain 2s --piece 500us --max-queue 3");
  EXPECT_EQ(flags.models, (std::vector<std::string>{"a.pt", "b.pt"}));
  EXPECT_EQ(flags.max_frame, 8 << 20);
  EXPECT_EQ(flags.drain, std::chrono::nanoseconds(2s));
  EXPECT_EQ(flags.piece, std::chrono::nanoseconds(500us));
  EXPECT_EQ(flags.max_queue, 3);
}

TEST(ServerFlags, NeedsModelsAndSensibleNumbers) {
  for (const char* line : {"--max-queue 3", "--models a --workers 0", "--models a --max-batch 9",
                           "--models a --drain 10"}) {
    CLI::App app;
    ServerFlags flags;
    add_server_flags(app, flags);
    EXPECT_ANY_THROW(app.parse(line)) << line;
  }
}

TEST(ServerFlags, ServesOtherMachinesOnlyWithProtectionOrWhenToldSo) {
  ServerFlags flags;
  for (const char* local : {"127.0.0.1:1", "localhost:1", "[::1]:1", "127.8.0.1:0"}) {
    flags.listen = local;
    EXPECT_NO_THROW(require_safe_address(flags)) << local;
  }
  for (const char* open : {"0.0.0.0:1", "10.0.0.1:1", "edge:1", "[::]:1", "127.example.org:1"}) {
    flags = {};
    flags.listen = open;
    EXPECT_THROW(require_safe_address(flags), InputError) << open;
    flags.unprotected = true;
    EXPECT_NO_THROW(require_safe_address(flags)) << open;
    EXPECT_EQ(what_protects(flags), "nothing");
    flags.unprotected = false;
    flags.protection.token_file = "token";
    EXPECT_NO_THROW(require_safe_address(flags)) << open;
    EXPECT_EQ(what_protects(flags), "a token, no encryption");
  }
}

TEST(ServerFlags, FindsTheModelsOfAFolder) {
  const auto folder = std::filesystem::temp_directory_path() / "branchlined_flags_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  EXPECT_THROW(model_files_of({folder.string()}), InputError);
  for (const char* name : {"b.pt", "a.pt", "notes.txt"}) std::ofstream(folder / name) << "x";
  const std::vector<std::string> both = {(folder / "a.pt").string(), (folder / "b.pt").string()};
  EXPECT_EQ(model_files_of({folder.string()}), both);
  EXPECT_EQ(model_files_of({folder.string(), both[0]}), both);
  EXPECT_THROW(model_files_of({(folder / "c.pt").string()}), InputError);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace branchline::apps
