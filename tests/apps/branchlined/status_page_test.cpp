// The live page of a real branchlined, as a real browser shows it while devices ask.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>

#include "apps/lab/edge_load.h"
#include "running_server.h"
#include "tests/support/browser.h"

namespace branchline::apps {
namespace {

using namespace std::chrono_literals;
using branchline::testing::Browser;
using branchline::testing::eventually;
using branchline::testing::RunningServer;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr int kDevices = 6;

/// One request may wait, so that six devices at once see some refused.
class StatusPageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(Browser::kProgram)) {
      GTEST_SKIP() << "chromium is not installed: scripts/setup --tests";
    }
    server_.emplace(std::vector<std::string>{"--max-queue", "1", "--drain-pause", "10min"});
    url_ = "http://127.0.0.1:" + std::to_string(server_->http()) + "/";
    server_->port();  // it serves
    browser_.emplace(std::filesystem::temp_directory_path() /
                     ("branchline_browser_" + std::to_string(server_->http())));
    browser_->open(url_);
    ASSERT_TRUE(eventually(60s, [&] { return browser_->text("#phase") == "ready"; }));
  }

  lab::EdgeLoad load() {
    return {std::string(BRANCHLINE_SOURCE_DIR) + "/branchy_models/pretrained/b_lenet-fashion.pt",
            server_->port(), kDevices, 1s};
  }
  /// A number as the page shows it; thousands have commas.
  double number(const std::string& selector) {
    std::string text = browser_->text(selector);
    text.erase(std::remove(text.begin(), text.end(), ','), text.end());
    return text.empty() || text == "–" ? 0 : std::stod(text);
  }
  bool shows(const std::string& selector, const std::string& words) {
    return eventually(60s,
                      [&] { return browser_->text(selector).find(words) != std::string::npos; });
  }

  std::optional<RunningServer> server_;
  std::string url_;
  std::optional<Browser> browser_;
};

TEST_F(StatusPageTest, ItsNumbersFollowWhatTheEdgeDoes) {
  EXPECT_EQ(number("#answered"), 0);
  EXPECT_TRUE(shows("#note", "Nobody asks"));
  EXPECT_THAT(browser_->text("#networks"), HasSubstr("lenet"));
  lab::EdgeLoad devices = load();
  devices.begin();
  ASSERT_TRUE(eventually(60s, [&] { return number("#answered") > 0; }));
  ASSERT_TRUE(eventually(60s, [&] { return number("#refused") > 0; }));
  EXPECT_TRUE(eventually(60s, [&] { return number("#connections") == kDevices; }));
  EXPECT_TRUE(shows("#lost", "overloaded: queue is full"));
  EXPECT_TRUE(shows("#note", "refused"));
  const std::string deepest = "#exits tr:last-child td:nth-child(2)";
  const double before = number(deepest);
  EXPECT_GT(before, 0);
  EXPECT_TRUE(eventually(60s, [&] { return number(deepest) > before; })) << "live";
  EXPECT_GT(number("#batches td:nth-child(2)"), 0);
  for (const char* chart : {"#rates polyline", "#times polyline"}) {
    EXPECT_EQ(browser_->value("document.querySelector('" + std::string(chart) + "') !== null"),
              true)
        << chart;
  }
  devices.end();
  EXPECT_TRUE(eventually(60s, [&] { return browser_->text("#answered") == "0"; }));
  EXPECT_THAT(browser_->faults(), IsEmpty());
}

TEST_F(StatusPageTest, FetchesNothingFromElsewhere) {
  ASSERT_TRUE(eventually(60s, [&] { return browser_->value("history.length").get<int>() > 1; }))
      << "it looked three times";
  EXPECT_THAT(browser_->fetched(), Each(StartsWith(url_)));
  EXPECT_THAT(browser_->fetched(), ::testing::Contains(url_ + "status.json"));
  EXPECT_THAT(browser_->faults(), IsEmpty());
}

TEST_F(StatusPageTest, FitsPhonesAndDesksInLightAndDark) {
  const std::string paper = "getComputedStyle(document.body).backgroundColor";
  for (const int width : {320, 390, 768, 1280}) {
    browser_->show_as(width, 800, false);
    const auto light = browser_->value(paper);
    EXPECT_EQ(browser_->value("innerWidth"), width);
    EXPECT_LE(browser_->value("document.documentElement.scrollWidth").get<int>(), width);
    browser_->show_as(width, 800, true);
    EXPECT_NE(browser_->value(paper), light);
  }
}

TEST_F(StatusPageTest, TellsThatTheEdgeDrainsAndThatItIsGone) {
  server_->signal(SIGTERM);
  EXPECT_TRUE(shows("#phase", "draining"));
  EXPECT_THAT(browser_->text("#note"), HasSubstr("new work goes elsewhere"));
  EXPECT_THAT(browser_->faults(), IsEmpty());
  server_->signal(SIGTERM);
  EXPECT_TRUE(shows("#phase", "no answer"));
  EXPECT_THAT(browser_->text("#note"), HasSubstr("what it last said"));
}

}  // namespace
}  // namespace branchline::apps
