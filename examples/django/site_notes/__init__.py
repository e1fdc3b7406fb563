import pymysql

# Django asks for mysqlclient, which has to be compiled. PyMySQL stands in and says a version that it takes.
pymysql.version_info = (2, 2, 8, "final", 0)
pymysql.install_as_MySQLdb()
