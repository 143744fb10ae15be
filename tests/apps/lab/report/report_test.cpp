#include "apps/lab/report/report.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sstream>

#include "tests/apps/lab/report/failure_of.h"
#include "tests/apps/lab/report/sample_run.h"

namespace branchline::lab {
namespace {

using branchline::testing::failure_of;
using branchline::testing::SampleRun;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// The page of a run, and what was noted while it was made.
struct Made {
  std::string page, notes;
};

Made report_of(const SampleRun& run) {
  std::ostringstream notes;
  EXPECT_EQ(write_report(run.path(), notes), run.path("report.html"));
  return {run.read("report.html"), notes.str()};
}

class ReportTest : public ::testing::Test {
 protected:
  SampleRun run_{"branchline_report_test"};
};

/// Until it goes, programs are looked for in an empty place.
class WithoutPrograms {
 public:
  WithoutPrograms() { ::setenv("PATH", "/nowhere", 1); }
  ~WithoutPrograms() { ::setenv("PATH", path_.c_str(), 1); }

 private:
  const std::string path_ = std::getenv("PATH");
};

TEST_F(ReportTest, ThePageNeedsNothingFromOutside) {
  const std::string page = report_of(run_).page;
  // Names of XML namespaces are no addresses to load from.
  const std::string plain = std::regex_replace(page, std::regex("xmlns(:xlink)?=\"[^\"]*\""), "");
  EXPECT_THAT(plain, Not(HasSubstr("http")));
  EXPECT_THAT(plain, Not(HasSubstr("<script")));
  EXPECT_THAT(plain, Not(HasSubstr("<img")));
  EXPECT_THAT(plain, Not(HasSubstr("<link")));
  EXPECT_THAT(plain, Not(HasSubstr("url(")));
}

TEST_F(ReportTest, TheFindingsAreThereAsMarkdown) {
  run_.write("machine.json", R"({"date": "2026-01-02", "commit": "abc", "machine": "a | box"})");
  report_of(run_);
  const std::string text = run_.read("report.md");
  EXPECT_THAT(text, HasSubstr("# A small one\n\n2026-01-02, commit abc, a | box.\n"));
  EXPECT_THAT(text, HasSubstr("| b_<net> | edgent | 2 | 100.0 | 50.0 | 0.714 | 1.041 | 2 |"));
  EXPECT_THAT(text, HasSubstr("| It rises. | holds: exit rises with uplink_mbps |"));
  EXPECT_THAT(text, HasSubstr("| hit_rate never falls | **no** | b_<net> edgent on 500kbit |"));
  EXPECT_THAT(text, HasSubstr("| 4 | 4.0 % | 0.80 | 21.0 % | 1.40 |"));
  EXPECT_THAT(text, HasSubstr("| b_<net> | 8 | 8.25 | 1.03 |"));
  EXPECT_THAT(text, HasSubstr("| 500kbit | 0.5 | 0.980 to 0.980 |"));
  EXPECT_THAT(text,
              HasSubstr("## Layers\n\n| name | device_ms |\n|---|---|\n| conv1, relu | 12.5 |\n"));
}

TEST_F(ReportTest, ShowsClaimVerdictAndRowsOfEachFigure) {
  const std::string page = report_of(run_).page;
  EXPECT_THAT(page, HasSubstr("<b>The paper:</b> It rises.</p><p class=\"good\">✓ Holds here: exit "
                              "rises with uplink_mbps</p>"));
  EXPECT_THAT(page, HasSubstr("<p class=\"late\">✗ Does not hold here: hit_rate never falls</p>"));
  EXPECT_THAT(page, HasSubstr("Exit against bandwidth: b_&lt;net&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("b_<net>"))) << "names are text, not markup";
  EXPECT_THAT(page, HasSubstr("<td>conv1, relu</td><td>12.5</td>"));
  EXPECT_THAT(page, HasSubstr("<figure id=\"prediction\""));
}

TEST_F(ReportTest, SaysHowItWasMeasuredAndHowWellPredicted) {
  const std::string page = report_of(run_).page;
  EXPECT_THAT(page, HasSubstr("<span class=\"good\">4.0 %</span> (target 5 %)"));
  EXPECT_THAT(page, HasSubstr("<span class=\"late\">21.0 %</span> (target 15 %)"));
  EXPECT_THAT(page, HasSubstr("<td>×8</td><td>×8.25</td>"));
  EXPECT_THAT(page, HasSubstr("<td>500kbit</td><td>0.5</td><td>0.49</td>"));
  EXPECT_THAT(page, HasSubstr("<th>machine</th><td>a box</td>"));
  EXPECT_THAT(page, HasSubstr("<th>blas</th><td>OpenBLAS</td>"));
  EXPECT_THAT(page, HasSubstr("1 of 2 hold"));
}

TEST_F(ReportTest, PicturesOfOnePageShareNoIds) {
  const std::string page = report_of(run_).page;
  std::set<std::string> ids;
  const std::regex id(" id=['\"]([^'\"]+)['\"]");
  for (std::sregex_iterator at(page.begin(), page.end(), id), end; at != end; ++at)
    EXPECT_TRUE(ids.insert((*at)[1]).second) << (*at)[1];
  EXPECT_GT(ids.size(), 20u);
}

TEST_F(ReportTest, WritesEverythingElseWithoutGnuplot) {
  const WithoutPrograms none;
  const Made made = report_of(run_);
  EXPECT_THAT(made.notes, HasSubstr("apt install gnuplot-nox"));
  EXPECT_EQ(std::count(made.notes.begin(), made.notes.end(), '\n'), 1) << "said once";
  EXPECT_THAT(made.page, Not(HasSubstr("<svg")));
  EXPECT_THAT(made.page, HasSubstr("<details open>"));
  EXPECT_TRUE(std::filesystem::exists(run_.path("figures/breakdown.gp")));
  EXPECT_FALSE(std::filesystem::exists(run_.path("figures/breakdown.png")));
}

TEST_F(ReportTest, AFigureWithoutRowsIsLeftOutAndSaid) {
  run_.write("config.toml", run_.read("config.toml") +
                                "\n[[figure]]\nid = \"none\"\ntitle = \"None\"\nkind = \"lines\"\n"
                                "from = \"results.csv\"\nx = \"exit\"\ny = \"cut\"\n"
                                "where = { method = \"nobody\" }\n");
  const Made made = report_of(run_);
  EXPECT_EQ(made.notes, "figure none left out: no row fits\n");
  EXPECT_THAT(made.page, HasSubstr("Not drawn: no row fits."));
}

TEST_F(ReportTest, RefusesWhatIsNoRun) {
  std::ostringstream notes;
  EXPECT_THAT(failure_of([&] { write_report("/nowhere", notes); }),
              HasSubstr("/nowhere: holds no results"));
  run_.write("results.json", "[]");
  EXPECT_THAT(failure_of([&] { write_report(run_.path(), notes); }),
              HasSubstr("results.json: is no"));
  run_.write("results.json", "{\"checks\": [{}]}");
  EXPECT_THAT(failure_of([&] { write_report(run_.path(), notes); }),
              HasSubstr("results.json: is no"));
  run_.write("config.toml", "[[figure]]\nid = 3\n");
  EXPECT_THAT(failure_of([&] { write_report(run_.path(), notes); }),
              HasSubstr("config.toml:2: id: it is no text"));
}

TEST_F(ReportTest, AnUnfinishedRunHasAPageToo) {
  for (const char* file : {"results.json", "machine.json", "layers.csv"})
    std::filesystem::remove(run_.path(file));
  run_.write("measurements.csv", "schema,plan,total_ns\nbranchline.lab_measurements/1,a,12\nbran");
  const Made made = report_of(run_);
  EXPECT_THAT(made.notes, HasSubstr("figure layers left out: layers.csv is not in"));
  EXPECT_THAT(made.page, HasSubstr("No check decides whether it holds here"));
}

TEST_F(ReportTest, ComparesTwoRunsOfOneExperiment) {
  const SampleRun other("branchline_report_test_before", 1.5);
  std::ostringstream notes;
  EXPECT_EQ(write_comparison(run_.path(), other.path(), notes), run_.path("comparison.html"));
  EXPECT_THAT(notes.str(), IsEmpty());
  const std::string page = run_.read("comparison.html");
  EXPECT_THAT(page, HasSubstr("2 of 4 rows differ"));
  EXPECT_THAT(page, HasSubstr("<td>▲ 0.667</td><td>1.000</td><td>1.000</td>"));
  EXPECT_THAT(run_.read("comparison/breakdown.csv"),
              HasSubstr("# edgent (branchline_report_test_"));
  EXPECT_TRUE(std::filesystem::exists(run_.path("comparison/breakdown.png")));
}

TEST_F(ReportTest, ComparesNothingElse) {
  const SampleRun other("branchline_report_test_before");
  other.write("config.toml", "[experiment]\ntitle = \"Another\"\n");
  std::ostringstream notes;
  EXPECT_THAT(failure_of([&] { write_comparison(run_.path(), other.path(), notes); }),
              HasSubstr("is a run of 'Another', not of 'A small one'"));
  EXPECT_THAT(failure_of([&] { write_comparison(run_.path(), run_.path(), notes); }),
              HasSubstr("is the same folder"));
}

TEST(TraceReport, DrawsATimelineAndATableOfEachTrace) {
  const SampleRun run("branchline_trace_report_test");
  std::filesystem::remove(run.path("results.csv"));
  std::filesystem::remove(run.path("results.json"));
  run.write("config.toml", "[experiment.traces]\ndeadline=\"100ms\"\n");
  run.write("traces.csv",
            "schema,network,trace,method,hit_rate,accuracy,right_in_time,right_in_time_low,"
            "right_in_time_high,over_branchline,device,split,edge,switches,worst_ms,unanswered\n"
            "branchline.traces_experiment/1,net,lte,branchline,1,0.8,0.8,0.7,0.9,0,0,0.5,0.5,12,"
            "148.5,0.01\n");
  run.write(
      "frames.csv",
      "schema,network,trace,arrival_ns,in_time,planned_exit,planned_place,latency_ns,"
      "estimated_bytes_per_s,passed_bytes_per_s,exit,edgent_static_exit,"
      "edgent_static_latency_ns,edgent_dynamic_exit,edgent_dynamic_latency_ns\n"
      "branchline.trace_frames/1,net,lte,0,1,4,split,80000000,200000,1300000,4,3,90000000,0,\n"
      "branchline.trace_frames/1,net,lte,100000000,0,4,edge,120000000,210000,900000,0,0,"
      "2000000000,1,30000000\n");
  const Made made = report_of(run);
  EXPECT_THAT(made.notes, IsEmpty());
  EXPECT_THAT(made.page, HasSubstr("<figure id=\"timeline-net-lte\""));
  EXPECT_THAT(made.page, HasSubstr("<td>branchline</td><td>100</td><td>80</td>"));
  EXPECT_THAT(made.page, HasSubstr("<td>12</td><td>148.5</td><td>1</td>"));
  EXPECT_THAT(made.page, HasSubstr("<th>deadline</th><td>100ms</td>"));
  EXPECT_THAT(run.read("figures/edgent-net-lte.csv"), HasSubstr("# Edgent static"));
  EXPECT_TRUE(std::filesystem::exists(run.path("figures/edgent-net-lte.png")));
  EXPECT_THAT(run.read("figures/timeline-net-lte.csv"), HasSubstr("# real: arrival_ns,y"));
  EXPECT_TRUE(std::filesystem::exists(run.path("figures/timeline-net-lte.png")));
}

/// A folder as a sub-command leaves it.
class CommandReport : public ::testing::Test {
 protected:
  CommandReport() {
    for (const char* file : {"results.csv", "results.json", "layers.csv", "machine.json"})
      std::filesystem::remove(run_.path(file));
    run_.write("config.toml", "[experiment.load]\nclients=[1, 64]\nmodel=\"\"\n");
  }
  SampleRun run_{"branchline_command_report_test"};
};

TEST_F(CommandReport, MakesATableOfEveryCsvButLongOnes) {
  run_.write("load.csv", "schema,policy,in_time_per_s\nbranchline.load/1,<edf>,120.5\n");
  run_.write("load.txt", "policy  in time/s\n<edf>   120.5\n");
  std::string samples = "schema,n\n";
  for (int i = 0; i < 401; ++i) samples += "s/1," + std::to_string(i) + "\n";
  run_.write("samples.csv", samples);
  const Made made = report_of(run_);
  EXPECT_THAT(made.notes, IsEmpty());
  EXPECT_THAT(made.page, HasSubstr("<h1>experiment load</h1>"));
  EXPECT_THAT(made.page, HasSubstr("<th>policy</th><th>in_time_per_s</th>"));
  EXPECT_THAT(made.page, HasSubstr("<td>&lt;edf&gt;</td><td>120.5</td>"));
  EXPECT_THAT(made.page, Not(HasSubstr("samples.csv")));
  EXPECT_THAT(made.page, HasSubstr("<details><summary>As it was printed"));
  EXPECT_THAT(made.page, HasSubstr("<th>clients</th><td>1, 64</td>"));
}

TEST_F(CommandReport, ShowsWhatWasPrintedWhereThereIsNoCsv) {
  run_.write("load.txt", "a & b\n");
  EXPECT_THAT(report_of(run_).page,
              HasSubstr("<details open><summary>As it was printed</summary><pre>a &amp; b"));
}

TEST_F(CommandReport, SaysHowItEmulatedAndWhatWasNotPossible) {
  run_.write("config.toml", "[experiment.emulation]\nrepeats=3\n");
  run_.write("emulation_device.csv",
             "schema,slowdown,emulation,period_ms,runs,work_ms,measured,measured_low,"
             "measured_high,over_stated,honest\n"
             "branchline.emulation_device/1,4,rests,,10,300,4.2,4.1,4.3,1.05,yes\n");
  run_.write("results.json",
             R"({"emulation": {"device": "it sleeps", "link": "a proxy"},
                 "notes": ["No tc: <apt install iproute2>"],
                 "checks": [{"check": "5 % apart", "holds": true, "misses": []}]})");
  const Made made = report_of(run_);
  EXPECT_THAT(made.page, HasSubstr("No tc: &lt;apt install iproute2&gt;"));
  EXPECT_THAT(made.page, HasSubstr("<h3>The emulated device</h3><p>It sleeps.</p>"));
  EXPECT_THAT(made.page, HasSubstr("<h3>The emulated links</h3><p>A proxy.</p>"));
  EXPECT_THAT(made.page, HasSubstr("5 % apart"));
  EXPECT_TRUE(std::filesystem::exists(run_.path("figures/device-4.png")));
  EXPECT_THAT(made.notes, HasSubstr("emulation_link.csv is not in"));
}

TEST_F(CommandReport, RefusesAFolderOfNoExperiment) {
  run_.write("config.toml", "title = 1\n");
  std::ostringstream notes;
  EXPECT_THAT(failure_of([&] { write_report(run_.path(), notes); }),
              HasSubstr("holds no results (neither results.csv"));
}

}  // namespace
}  // namespace branchline::lab
