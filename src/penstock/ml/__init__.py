"""The science: turns tables into fitted, judged and portable models; knows no pipeline and no store."""
