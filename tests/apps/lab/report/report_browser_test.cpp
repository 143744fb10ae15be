// A report as a real browser shows it: light and dark, on a desk and on a phone.
#include <gmock/gmock.h>

#include <filesystem>
#include <optional>
#include <sstream>

#include "apps/lab/report/report.h"
#include "tests/apps/lab/report/sample_run.h"
#include "tests/support/browser.h"
#include "tests/support/eventually.h"

namespace branchline::lab {
namespace {

using branchline::testing::Browser;
using branchline::testing::eventually;
using branchline::testing::SampleRun;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ReportBrowserTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(Browser::kProgram)) {
      GTEST_SKIP() << "chromium is not installed: scripts/setup --tests";
    }
    std::ostringstream notes;
    url_ = "file://" + write_report(run_.path(), notes);
    browser_.emplace(run_.path("browser"));
    browser_->open(url_);
    ASSERT_TRUE(eventually(std::chrono::seconds(60),
                           [&] { return browser_->text("h1") == "A small one"; }));
  }

  SampleRun run_{"branchline_report_browser_test"};
  std::string url_;
  std::optional<Browser> browser_;
};

TEST_F(ReportBrowserTest, FitsPhonesAndDesks) {
  for (const int width : {320, 390, 768, 1280}) {
    browser_->show_as(width, 800, false);
    EXPECT_EQ(browser_->value("innerWidth"), width);
    EXPECT_LE(browser_->value("document.documentElement.scrollWidth").get<int>(), width);
    const auto narrowest = browser_->value(
        "Math.min(...[...document.querySelectorAll('.picture svg')].map(s => "
        "s.getBoundingClientRect().width))");
    EXPECT_GT(narrowest.get<double>(), 0.75 * std::min(width, 400)) << "every picture is there";
  }
  EXPECT_EQ(browser_->value("document.querySelectorAll('.picture svg').length"), 3);
}

TEST_F(ReportBrowserTest, PicturesFollowLightAndDark) {
  const std::string paper = "getComputedStyle(document.body).backgroundColor";
  // Axis, text and first series of the first picture.
  const std::string inks =
      "(() => { const s = document.querySelector('.picture svg'); const seen = new Set(); for "
      "(const e "
      "of s.querySelectorAll('path,text,use')) { const c = getComputedStyle(e); seen.add(e.tagName "
      "== "
      "'text' ? c.fill : c.stroke); } seen.delete('none'); return [...seen]; })()";
  browser_->show_as(1280, 800, false);
  const auto light = browser_->value(inks);
  const auto light_paper = browser_->value(paper);
  browser_->show_as(1280, 800, true);
  const auto dark = browser_->value(inks);
  EXPECT_NE(browser_->value(paper), light_paper);
  ASSERT_EQ(light.size(), dark.size());
  ASSERT_GE(light.size(), 3u);
  for (std::size_t i = 0; i < light.size(); ++i) EXPECT_NE(light[i], dark[i]) << light[i];
}

TEST_F(ReportBrowserTest, LoadsNothingButItself) {
  EXPECT_THAT(browser_->fetched(), ElementsAre(url_));
  EXPECT_THAT(browser_->faults(), IsEmpty());
}

}  // namespace
}  // namespace branchline::lab
