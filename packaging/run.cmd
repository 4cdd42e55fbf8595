@echo off
rem Sets up what is missing, then starts Continuo. Arguments go to the program.
py -3 "%~dp0start.py" %*
