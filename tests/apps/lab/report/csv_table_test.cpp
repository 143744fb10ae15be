#include "apps/lab/report/csv_table.h"

#include <gmock/gmock.h>

#include "framework/base/error.h"
#include "tests/apps/lab/report/failure_of.h"

namespace branchline::lab {
namespace {

using branchline::testing::failure_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

CsvTable sample() {
  return CsvTable::parse(
      "# a comment\nschema,method,rate,hits\r\nx/1,\"device only, \"\"exit 1, 2\"\" "
      "there\",0.50,3\n"
      "x/1,edgent,2,\n\nx/1,edgent,0.5,7\n",
      "run/results.csv");
}

TEST(CsvTable, ReadsQuotesCommentsAndCarriageReturns) {
  const CsvTable table = sample();
  EXPECT_EQ(table.rows(), 3u);
  EXPECT_THAT(table.columns(), ElementsAre("schema", "method", "rate", "hits"));
  EXPECT_EQ(table.text(0, "method"), "device only, \"exit 1, 2\" there");
  EXPECT_EQ(table.number(0, "rate"), 0.5);
}

TEST(CsvTable, AnEmptyCellIsNoNumber) {
  EXPECT_EQ(sample().number(1, "hits"), std::nullopt);
  EXPECT_EQ(sample().number(2, "hits"), 7.0);
}

TEST(CsvTable, KeepsTheRowsThatFitAsTextOrAsNumber) {
  EXPECT_EQ(sample().where({{"rate", {"0.5"}}}).rows(), 2u) << "0.50 and 0.5";
  EXPECT_EQ(sample().where({{"rate", {"0.5"}}, {"method", {"edgent"}}}).text(0, "hits"), "7");
  EXPECT_EQ(sample().where({{"rate", {"0.5", "2"}}}).rows(), 3u);
  EXPECT_EQ(sample().where({{"method", {"edge"}}}).rows(), 0u);
}

TEST(CsvTable, TellsWhatThereIsOnce) {
  EXPECT_THAT(sample().distinct("rate"), ElementsAre("0.50", "2", "0.5"));
}

TEST(CsvTable, NamesTheFileTheColumnAndThoseThereAre) {
  const std::string message = failure_of([] { sample().text(0, "accuracy"); });
  EXPECT_THAT(message, HasSubstr("run/results.csv: has no column 'accuracy'"));
  EXPECT_THAT(message, HasSubstr("schema, method, rate, hits"));
  EXPECT_THAT(failure_of([] { sample().where({{"link", {"x"}}}); }), HasSubstr("'link'"));
}

TEST(CsvTable, NamesTheRowThatIsNoNumber) {
  EXPECT_THAT(failure_of([] { sample().number(1, "method"); }),
              HasSubstr("'edgent' in column 'method', row 2, is no number"));
}

TEST(CsvTable, NamesALineThatIsCutOff) {
  EXPECT_THAT(failure_of([] { CsvTable::parse("a,b\n1,2\n3\n", "r.csv"); }),
              HasSubstr("r.csv: line 3 has 1 cells, the header 2"));
  EXPECT_THAT(failure_of([] { CsvTable::parse("", "r.csv"); }), HasSubstr("no header"));
  EXPECT_THAT(failure_of([] { CsvTable::read("/dev/null"); }), HasSubstr("no header"));
  EXPECT_THAT(failure_of([] { CsvTable::read("/nowhere/r.csv"); }), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace branchline::lab
